"""Stores made by chance: every kind of sweep that a claim may meet."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gradlab.labelled import LabelledArray
from tests import made_up
from tests.claims import more_records, training_by_chance
from tests.made_up import Behaviour


CELLS = (
    "rnn",
    "rnn:layers=3",
    "gru",
    "lstm",
    "lstm:layers=2",
    "lstm:peephole",
    "mgu",
    "my_cell",
)
BIASES = ("keep", 0.0, 1.0, 3.0, 4.0, 5.0, 6.0, "chrono")
UNGATED = ("rnn", "rnn:layers=3", "my_cell")
AXES = {
    "gain": (0.5, 1.0, 2.0, 4.0),
    "init": ("default", "orthogonal", "identity", "he"),
    "activation": ("tanh", "relu", "linear"),
    "hidden": (16, 64, 128),
    "input": ("gaussian", "silence"),
    "dtype": ("float32", "float64"),
}
LEFT_OUT = (
    (),
    (),
    (),
    ("spectral_norm",),
    ("growth_rate",),
    ("horizon",),
    ("spectral_norm", "growth_rate"),
)
UNUSED = (
    "decay_shape",
    "frobenius_norm",
    "gate_histogram",
    "gate_saturation",
    "loss_gradient",
    "weight_contribution",
    "weight_share",
)
"""Measures of which no claim speaks, or short records are added: a shorter table."""


def by_chance(seed: int) -> made_up.Made:
    """Return a store: cells, biases, axes and behaviours drawn, from one point up."""
    rng = np.random.default_rng([46, seed])
    cells = _some(rng, CELLS, 4)
    biases = _some(rng, BIASES, 8)
    networks = [
        (cell, None if cell in UNGATED else bias) for cell in cells for bias in biases
    ]
    networks = list(dict.fromkeys(networks))
    axes = {name: _some(rng, AXES[name], 3) for name in _some(rng, tuple(AXES), 2)}
    figure = rng.random()
    if figure < 0.15:
        axes["gain"] = list(AXES["gain"])
    elif figure < 0.35:
        axes = {"init": list(AXES["init"]), "activation": ["tanh", "linear"]}
    lengths = _some(rng, (1, 2, 16, 64, 1500), 2)
    seeds = int(rng.integers(1, 5))
    points = made_up.product(
        network=networks,
        length=lengths[:1] if rng.random() < 0.5 else lengths,
        seed=range(seeds),
        **(axes if rng.random() < 0.7 else {}),
    )
    if rng.random() < 0.3:
        points += _control(seeds, lengths[-1])
    if rng.random() < 0.2:
        points = points[:1]
    if rng.random() < 0.15:  # one network over a length of its own
        points += [{**points[0], "length": 3000, "seed": k} for k in range(seeds)]
    points += more_records.every_step(points, seed)
    points += _linear(points, seed)
    style = rng.choice(["mixed", "same", "ordered", "growing", "ended", "start_up"])
    if rng.random() < 0.05:
        points, style = _defaults(seeds), "fading"
    behaviours: dict[tuple, Behaviour] = {}
    one_dies = np.random.default_rng([48, seed]).random() < 0.15

    def behave(params: made_up.Params) -> Behaviour:
        key = tuple((k, v) for k, v in params.items() if k not in ("seed", "length"))
        if key not in behaviours:
            behaviours[key] = (
                _start_up(lengths[0])
                if style == "start_up" and rng.random() < 0.5
                else _behaviour(rng, style, params)
            )
            if params["cell"] not in UNGATED:
                behaviours[key] = _with_roads(
                    rng, behaviours[key], _gate(params["forget_bias"])
                )
            if params["cell"] == LINEAR:
                behaviours[key] = _all_conveyor(behaviours[key])
        dies = one_dies and params["seed"] == 1 and not behaviours[key].broken_at
        return replace(behaviours[key], dead_at=1) if dies else behaviours[key]

    failing = 0.3 if rng.random() < 0.2 else 0.0

    def status(params: made_up.Params) -> tuple[str, str]:
        return ("failed", "a reason") if rng.random() < failing else ("done", "")

    left_out = UNUSED + LEFT_OUT[rng.integers(len(LEFT_OUT))]
    made = made_up.store({"sweep": points}, behave, status=status, leave_out=left_out)
    if rng.random() < 0.2:
        _with_passes(rng, made)
    return training_by_chance.added(more_records.added(made, seed), seed)


def _with_passes(rng: np.random.Generator, made: made_up.Made) -> None:
    """Parts by passes of some gated networks, over one length."""
    least = int(rng.integers(1, 65))
    sizes: dict[str, np.ndarray] = {}
    for point in made.points:
        cell, length = point.params["cell"], point.params["length"]
        if not point.measured or cell in UNGATED or length < least:
            continue
        own = sizes.setdefault(repr((cell, point.params["forget_bias"])), _parts(rng))
        lags = tuple(sorted({0, (length + 1) // 2, length}))
        shifted = own + 0.01 * point.params["seed"]
        values = np.tile(shifted[:, None], len(lags))
        coords = {"index": ("0", "1", "2", "more", "total"), "lag": lags}
        record = LabelledArray("recurrent_passes", coords, values)
        point.records = {**point.records, "recurrent_passes": record}


def _parts(rng: np.random.Generator) -> np.ndarray:
    """Ln sizes of parts and the whole: of some the whole is gone, or smaller."""
    sizes = rng.choice([-5.0, -1.0, -0.5, 0.2, 3.0], size=5)
    if rng.random() < 0.1:
        sizes[-1] = rng.choice([-np.inf, np.nan])
    return sizes


def _defaults(seeds: int) -> list[made_up.Params]:
    """A plain RNN and gated cells as PyTorch makes them."""
    cells = [("rnn", None), ("gru", "keep"), ("lstm", "keep")]
    return made_up.product(network=cells, length=(64,), seed=range(seeds))


LINEAR = "mingru"


def _linear(points: list[made_up.Params], seed: int) -> list[made_up.Params]:
    """Now and then a linear recurrence of the first network's settings."""
    if np.random.default_rng([49, seed]).random() > 0.1:
        return []
    first = points[0]
    alike = [
        p
        for p in points
        if all(p[key] == first[key] for key in p if key not in ("seed", "length"))
    ]
    return [{**p, "cell": LINEAR, "forget_bias": "keep"} for p in alike]


def _all_conveyor(behaviour: Behaviour) -> Behaviour:
    """A behaviour whose conveyor is the whole, without any detour."""
    rate = behaviour.rate
    return replace(
        behaviour, start=0.0, noise=0.0, conveyor=rate, no_detours=rate, detours=-50.0
    )


def _control(seeds: int, length: int) -> list[made_up.Params]:
    """Forget and input biases 0 or chrono, each with each."""
    points = made_up.product(
        network=[("lstm", bias) for bias in (0.0, "chrono")],
        input_bias=(0.0, "chrono"),
        length=(length,),
        seed=range(seeds),
    )
    return points + made_up.product(
        network=[("gru", "chrono")], length=(length,), seed=range(seeds)
    )


def _some(rng: np.random.Generator, values: tuple, most: int) -> list:
    count = int(rng.integers(1, min(most, len(values)) + 1))
    return [values[k] for k in sorted(rng.permutation(len(values))[:count])]


def _start_up(length: int) -> Behaviour:
    """What is left grows at first, is whole again at this length, and is lost later."""
    return Behaviour(-0.1, noise=1e-4, start=0.1 * length / min(length / 4.0, 1.0))


def _gate(bias: object) -> float:
    """The mean of a gate of this bias; chrono's is nearly 1."""
    value = bias if isinstance(bias, float) else 4.0 if bias == "chrono" else 0.0
    return 1.0 / (1.0 + math.exp(-value))


def _with_roads(
    rng: np.random.Generator, behaviour: Behaviour, gate: float
) -> Behaviour:
    """Conveyor, detours and cuts of a gated cell, now near the whole, now far."""
    rate = behaviour.rate
    near = lambda: rate - float(rng.choice([0.0, 1e-4, 0.01, 0.2, 2.0]))  # noqa: E731
    return replace(
        behaviour,
        gate=gate,
        conveyor=near(),
        detours=near(),
        no_cell_path=near(),
        no_detours=near(),
        apart=float(rng.choice([0.0, 0.0, 0.001, 0.3])),
    )


def _behaviour(
    rng: np.random.Generator, style: str, params: made_up.Params
) -> Behaviour:
    if style == "same":
        return Behaviour(-0.3, noise=0.0)
    if style == "fading":
        return Behaviour(float(rng.choice([-1.0, -0.7, -0.2])), noise=0.01)
    if style == "ordered":
        bias = params["forget_bias"]
        order = {"keep": 0.0, "chrono": 4.0, None: 0.0}.get(bias, bias)
        return Behaviour(-0.5 + 0.12 * float(order), noise=0.001)
    rate = float(rng.choice([-3.0, -0.7, -0.1, -0.01, -1e-4, 0.0, 1e-4, 0.02, 0.5]))
    if style == "growing":
        rate = abs(rate)
    ended = style == "ended" or rng.random() < 0.05
    if not ended:
        return Behaviour(rate, noise=float(rng.choice([0.0, 1e-4, 0.05])))
    at = int(rng.integers(1, 40))
    if rng.random() < 0.5:
        return Behaviour(rate, dead_at=at)
    return Behaviour(rate, broken_at=at, start=math.log(2.0))
