"""Stores made up by rule: the default sweep's shape, and stores that contradict it.

The numbers are stand-ins for design and tests. Nothing here is measured. `store()`
returns what `gradlab.store.results.Results` offers a report: points, grids, meta.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gradlab import statistics
from gradlab.labelled import LabelledArray


Params = dict[str, Any]

LN2 = math.log(2.0)

BASE: Params = {
    "cell": "rnn",
    "activation": "tanh",
    "init": "default",
    "gain": 1.0,
    "forget_bias": None,
    "hidden": 64,
    "length": 256,
    "seed": 0,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
    "sequences": 4,
    "features": 64,
    "burn_in": 0,
    "initial_state": "zero",
    "device": "cpu",
}
LINEUP = (
    ("rnn", None),
    ("gru", "keep"),
    ("gru", 1.0),
    ("gru", 3.0),
    ("gru", "chrono"),
    ("lstm", "keep"),
    ("lstm", 1.0),
    ("lstm", 3.0),
    ("lstm", "chrono"),
)


@dataclass(frozen=True)
class Behaviour:
    """How one network's gradient behaves: rates in nats per step.

    dead_at: lag from which the product is exactly zero; broken_at: step from which
    it is not finite; rank: stable rank at the largest lag; apart: by how much the rates
    of h to h and c to c differ.
    """

    rate: float
    noise: float = 0.01
    rank: float = 1.0
    start: float = 0.0
    conveyor: float = math.nan
    detours: float = math.nan
    no_cell_path: float = math.nan
    no_detours: float = math.nan
    dead_at: int | None = None
    broken_at: int | None = None
    gate: float = 0.5
    weight_norm: float = 1.12
    apart: float = 0.0


RATES = {
    ("rnn", None): Behaviour(math.log(0.473), 0.02),
    ("gru", "keep"): Behaviour(
        math.log(0.621),
        conveyor=-0.66,
        detours=-0.48,
        no_cell_path=-2.0,
        no_detours=-0.66,
        gate=0.5,
    ),
    ("gru", 1.0): Behaviour(
        math.log(0.83),
        conveyor=-0.26,
        detours=-0.19,
        no_cell_path=-2.4,
        no_detours=-0.26,
        gate=0.73,
    ),
    ("gru", 3.0): Behaviour(
        math.log(0.956),
        0.0005,
        3.0,
        conveyor=-0.043,
        detours=-0.046,
        no_cell_path=-4.0,
        no_detours=-0.043,
        gate=0.95,
    ),
    ("gru", "chrono"): Behaviour(
        math.log(0.994),
        0.0003,
        15.0,
        -0.2,
        conveyor=-0.0055,
        detours=-0.02,
        no_cell_path=-4.4,
        no_detours=-0.0055,
        gate=0.985,
    ),
    ("lstm", "keep"): Behaviour(
        math.log(0.614),
        conveyor=-0.68,
        detours=-0.49,
        no_cell_path=-2.06,
        no_detours=-0.68,
        gate=0.5,
    ),
    ("lstm", 1.0): Behaviour(
        math.log(0.818),
        conveyor=-0.30,
        detours=-0.20,
        no_cell_path=-2.07,
        no_detours=-0.30,
        gate=0.73,
    ),
    ("lstm", 3.0): Behaviour(
        math.log(0.9985),
        0.001,
        1.0,
        -0.1,
        conveyor=-0.045,
        detours=-0.0015,
        no_cell_path=-2.09,
        no_detours=-0.045,
        gate=0.95,
    ),
    ("lstm", "chrono"): Behaviour(
        math.log(0.994),
        0.0003,
        15.0,
        -0.2,
        conveyor=-0.0056,
        detours=-0.02,
        no_cell_path=-4.4,
        no_detours=-0.0056,
        gate=0.985,
    ),
}
GAIN_SHIFT = {
    "rnn": {0.25: -1.39, 0.5: -0.69, 1.0: 0.0, 2.0: 0.6, 4.0: 1.118, 8.0: 1.4},
    "gate": {0.25: -0.1, 0.5: -0.06, 1.0: 0.0, 2.0: 0.12, 4.0: 0.7, 8.0: 1.3},
    "chrono": {0.25: 0.0, 0.5: 0.0, 1.0: 0.0, 2.0: 0.001, 4.0: 0.004, 8.0: 0.3},
}
WEIGHTS = {
    ("default", "linear"): Behaviour(-0.53),
    ("glorot_uniform", "linear"): Behaviour(0.081),
    ("glorot_uniform", "gelu"): Behaviour(-0.4),
    ("he", "linear"): Behaviour(0.405),
    ("he", "relu"): Behaviour(-0.002, 0.0005),
    ("he", "gelu"): Behaviour(0.004, 0.0005),
    ("orthogonal", "linear"): Behaviour(0.0, 0.0, 64.0),
    ("orthogonal", "tanh"): Behaviour(-0.35),
    ("identity", "linear"): Behaviour(0.0, 0.0, 64.0),
    ("identity", "relu"): Behaviour(-0.1, dead_at=40),
    ("identity", "tanh"): Behaviour(-0.3),
}


def usual(params: Params) -> Behaviour:
    """The story REPORT expects: design stand-ins."""
    cell, bias = params["cell"], params["forget_bias"]
    if cell == "rnn" and (params["init"], params["activation"]) != ("default", "tanh"):
        key = (params["init"], params["activation"])
        found = WEIGHTS.get(key, Behaviour(-1.1 - 0.1 * (key[1] == "sigmoid")))
    else:
        found = RATES.get((cell, bias), Behaviour(-0.5))
    shift = "rnn" if cell == "rnn" else "chrono" if bias == "chrono" else "gate"
    return replace(found, rate=found.rate + GAIN_SHIFT[shift].get(params["gain"], 0.0))


def always(behaviour: Behaviour) -> Callable[[Params], Behaviour]:
    """Every network behaves like this."""
    return lambda params: behaviour


@dataclass
class Point:
    """A stand-in for `PointResult`."""

    key: str
    params: Params
    status: str = "done"
    message: str = ""
    records: Mapping[str, LabelledArray] = field(default_factory=dict)

    @property
    def measured(self) -> bool:
        """As `PointResult.measured`."""
        return self.status == "done"

    def record(self, measure: str) -> LabelledArray | None:
        """The record of a measure, or None."""
        return self.records.get(measure)


@dataclass
class Made:
    """A stand-in for `Results`."""

    points: list[Point]
    grids: dict[str, list[Point]]
    meta: dict[str, Any]

    @property
    def measures(self) -> tuple[str, ...]:
        """As `Results.measures`."""
        return tuple(sorted({name for p in self.points for name in p.records}))


def product(**axes: Iterable[Any]) -> list[Params]:
    """All combinations of these axes over the base; ``network`` is (cell, bias)."""
    found = []
    for values in itertools.product(*axes.values()):
        params = {**BASE, **dict(zip(axes, values, strict=True))}
        if "network" in params:
            params["cell"], params["forget_bias"] = params.pop("network")
        found.append(params if "input_bias" in axes else with_input_bias(params))
    return found


def with_input_bias(params: Params) -> Params:
    """As a sweep has it: of an LSTM alone, chrono beside a forget bias chrono."""
    if not params["cell"].startswith("lstm"):
        return params
    chrono = params["forget_bias"] == "chrono"
    return {**params, "input_bias": "chrono" if chrono else "keep"}


def default_grids(seeds: int = 5) -> dict[str, list[Params]]:
    """The points of the default sweep."""
    few = range(min(seeds, 3))
    gains = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
    triangles = [
        with_input_bias({**BASE, "cell": c, "forget_bias": b, "gain": g, "length": 128})
        for c, b, g in (
            ("rnn", None, 1.0),
            ("lstm", 1.0, 1.0),
            ("lstm", "chrono", 1.0),
            ("rnn", None, 4.0),
        )
    ]
    three = (("rnn", None), ("lstm", 1.0), ("lstm", "chrono"))
    return {
        "lineup": product(network=LINEUP, length=(16, 64, 256), seed=range(seeds)),
        "gain": product(network=LINEUP, gain=gains, seed=few)
        + product(network=LINEUP, init=("orthogonal",), seed=few),
        "weights": product(
            init=("default", "glorot_uniform", "he", "orthogonal", "identity"),
            activation=("tanh", "relu", "gelu", "sigmoid", "linear"),
            length=(16, 64, 256),
            seed=range(seeds),
        ),
        "triangle": triangles,
        "every_step": product(network=three, loss=("every",), seed=few),
    }


def store(
    grids: Mapping[str, list[Params]] | None = None,
    behave: Callable[[Params], Behaviour] = usual,
    *,
    status: Callable[[Params], tuple[str, str]] | None = None,
    leave_out: Iterable[str] = (),
    **meta: Any,
) -> Made:
    """A made-up store; the default sweep's shape where no grids are given."""
    grids = default_grids() if grids is None else grids
    known: dict[str, Point] = {}
    held: dict[str, list[Point]] = {}
    for name, asked in grids.items():
        held[name] = []
        for params in asked:
            key = repr(sorted((k, repr(v)) for k, v in params.items()))
            if key not in known:
                state, message = status(params) if status else ("done", "")
                records = records_of(params, behave, name) if state == "done" else {}
                records = {k: v for k, v in records.items() if k not in set(leave_out)}
                known[key] = Point(key, params, state, message, records)
            held[name].append(known[key])
    return Made(list(known.values()), held, {**meta_of(list(known.values())), **meta})


def meta_of(points: list[Point]) -> dict[str, Any]:
    """What a store says about itself."""
    counts = {"requested": len(points)}
    counts["done"] = sum(p.status == "done" for p in points)
    counts["failed"] = sum(p.status == "failed" for p in points)
    return {
        "name": "made-up",
        "config": 'name = "made-up"\n',
        "command": "gradlab sweep",
        "request": "gradlab sweep",
        "started": "2027-09-03T14:02:00",
        "finished": "2027-09-03T14:02:51",
        "seconds": 51.0,
        "versions": {"gradlab": "0.1.0", "torch": "2.13.0", "numpy": "2.4.0"},
        "thresholds": list(statistics.THRESHOLDS),
        "verification": [],
        "counts": counts | {"not_finite": 0, "others": 0},
    }


def lags(length: int) -> tuple[int, ...]:
    """The stored lags."""
    powers = {2**k for k in range(20) if 2**k <= length}
    twelfths = {round(length * k / 12) for k in range(13)}
    return tuple(sorted({0, length} | powers | twelfths))


def records_of(
    params: Params, behave: Callable[[Params], Behaviour], grid: str
) -> dict[str, LabelledArray]:
    """All records of one point."""
    if params.get("task") is not None:
        from tests import made_up_training

        return made_up_training.records(params, made_up_training.usual)
    b = behave(params)
    seed, length = params["seed"], params["length"]
    salt = f"{params['cell']}{params['forget_bias']}{params['gain']}{params['init']}"
    salt += f"{params['activation']}"
    rng = np.random.default_rng([seed, *salt.encode()])
    shift = b.noise * rng.standard_normal()
    if grid == "every_step":
        return {"loss_gradient": _loss_gradient(params, b.rate + shift, True)}
    if grid == "triangle":
        return {"triangle": _triangle(length, b.rate + shift)} | _norms(
            params, b, shift
        )
    return _norms(params, b, shift) | _more(params, b, shift)


def _blocks(params: Params, b: Behaviour) -> dict[str, tuple[float, float]]:
    """Block -> (rate, start)."""
    joint = (b.rate, b.start)
    if params["cell"] == "rnn":
        return {"joint": joint, "hh": joint}
    found = {
        "joint": joint,
        "hh": (
            b.rate - b.apart,
            b.start - (1.5 if params["cell"].startswith("lstm") else 0.0),
        ),
        "conveyor": (b.conveyor, 0.0),
        "detours": (b.detours, b.start - 1.0),
        "no_cell_path": (b.no_cell_path, 0.0),
        "no_detours": (b.no_detours, 0.0),
    }
    if params["cell"].startswith("lstm"):
        found |= {
            "hc": (b.rate, b.start - 0.7),
            "ch": (b.rate, b.start - 0.9),
            "cc": (b.rate, b.start),
        }
    return {k: v for k, v in found.items() if not math.isnan(v[0])}


def _curve(at: np.ndarray, rate: float, start: float, b: Behaviour) -> np.ndarray:
    y = rate * at + start * np.minimum(at / 4.0, 1.0)
    if b.dead_at is not None:
        y = np.where(at >= b.dead_at, -np.inf, y)
    if b.broken_at is not None:
        y = np.where(at >= b.broken_at, np.nan, y)
    return y


def _norms(params: Params, b: Behaviour, shift: float) -> dict[str, LabelledArray]:
    at = np.array(lags(params["length"]), dtype=float)
    every = np.arange(params["length"] + 1, dtype=float)
    blocks = _blocks(params, b)
    y = np.stack([_curve(at, r + shift, s, b) for r, s in blocks.values()])
    full = np.stack([_curve(every, r + shift, s, b) for r, s in blocks.values()])
    coords = {"block": tuple(blocks), "lag": tuple(int(v) for v in at)}
    length = params["length"]
    rates = (y[:, -1] - y[:, 0]) / length
    half = 3.0 * b.noise + 1e-4
    low, high = rates - half, rates + half
    joint = full[0]
    horizon = statistics.horizon(every, joint, 1e-3)
    growing = rates[0] >= 0
    life = math.inf if growing else math.log(2) / -rates[0]
    word = statistics.verdict(y[0, -1], low[0] * length, high[0] * length)
    codes = [v[0] for v in statistics.VERDICTS]
    breaks = (
        float(b.broken_at) if b.broken_at and b.broken_at <= length else math.nan,
        float(b.dead_at) if b.dead_at and b.dead_at <= length else math.nan,
    )
    block = {"block": tuple(blocks)}
    return {
        "decay_shape": _shape(joint),
        "finite_precision": _formats(full[0] + 2.0, "conveyor" in blocks),
        "spectral_norm": LabelledArray("spectral_norm", coords, y),
        "frobenius_norm": LabelledArray(
            "frobenius_norm",
            {"block": tuple(blocks), "lag": tuple(int(v) for v in every)},
            full + 2.0,
        ),
        "growth_rate": LabelledArray("growth_rate", block, rates),
        "growth_rate_low": LabelledArray("growth_rate_low", block, low),
        "growth_rate_high": LabelledArray("growth_rate_high", block, high),
        "half_life": LabelledArray("half_life", {}, np.float64(life)),
        "horizon": LabelledArray("horizon", {}, np.float64(horizon)),
        "verdict": LabelledArray("verdict", {}, codes.index(word), words=tuple(codes)),
        "breakdown": LabelledArray(
            "breakdown", {"index": ("not_finite", "dead")}, np.array(breaks)
        ),
    }


def _shape(joint: np.ndarray) -> LabelledArray:
    word = statistics.decay(range(len(joint)), joint).shape
    code = statistics.SHAPES.index(word)
    return LabelledArray("decay_shape", {}, code, words=statistics.SHAPES)


def _formats(ln_norms: np.ndarray, conveyor: bool) -> LabelledArray:
    """Where formats of numbers end, by the powers of two they end at."""
    rows = []
    for least, norms, most in ((-14, -12.5, 16), (-126, -67, 128), (-126, -75, 128)):
        ends = [ln_norms < least * LN2, ln_norms < norms * LN2, ln_norms > most * LN2]
        row = [float(end.argmax()) if end.any() else math.inf for end in ends]
        rows.append([*row, 1.2 * row[0] if conveyor else math.nan])
    kinds = ("underflow", "norm_underflow", "overflow", "stalled")
    coords = {"block": ("float16", "bfloat16", "float32"), "index": kinds}
    return LabelledArray("finite_precision", coords, np.array(rows))


def _more(params: Params, b: Behaviour, shift: float) -> dict[str, LabelledArray]:
    length, size = params["length"], _state_size(params)
    at = np.array(lags(length), dtype=float)
    fall = np.log(size / b.rank) * np.minimum(1.0, np.log1p(at) / np.log1p(length))
    rank = np.exp(np.log(size) - fall)
    rank = np.where(np.isfinite(_curve(at, b.rate, b.start, b)), rank, np.nan)
    shares = _shares(length, b.rate + shift)
    found = {
        "stable_rank": LabelledArray(
            "stable_rank",
            {"block": ("joint",), "lag": tuple(int(v) for v in at)},
            rank[None],
        ),
        "loss_gradient": _loss_gradient(params, b.rate + shift, False),
        "weight_share": LabelledArray(
            "weight_share", {"step": tuple(range(1, length + 1))}, shares
        ),
        "weight_contribution": LabelledArray(
            "weight_contribution",
            {"step": tuple(range(1, length + 1))},
            np.log(np.maximum(shares, 1e-300)),
        ),
    }
    gates = {
        "rnn": ("recurrent",),
        "gru": ("reset_gate", "update_gate", "candidate"),
    }.get(params["cell"], ("input_gate", "forget_gate", "candidate", "output_gate"))
    block = {"block": gates}
    norms = np.full(len(gates), b.weight_norm * params["gain"])
    found["weight_spectral_norm"] = LabelledArray("weight_spectral_norm", block, norms)
    found["weight_spectral_radius"] = LabelledArray(
        "weight_spectral_radius", block, norms * 0.53
    )
    if params["cell"] != "rnn":
        found |= _gates(gates, b, params["cell"])
    return found


def _state_size(params: Params) -> int:
    """Numbers in all states of all layers."""
    cell, _, options = params["cell"].partition(":")
    layers = [o.partition("=")[2] for o in options.split("+") if "layers=" in o]
    states = 2 if cell == "lstm" else 1
    return params["hidden"] * states * int(layers[0] if layers else 1)


def _gates(gates: tuple[str, ...], b: Behaviour, cell: str) -> dict[str, LabelledArray]:
    gates = (*gates, "keep_gate")
    keepers = ("keep_gate", "update_gate" if cell == "gru" else "forget_gate")
    mean = np.array([b.gate if g in keepers else 0.5 for g in gates])
    low = np.where(mean < 0.6, 0.02, 0.0)
    high = np.clip((mean - 0.7) * 3.5, 0.02, 1.0)
    bins = tuple(round(k / 20, 2) for k in range(20))
    spot = np.minimum((mean * 20).astype(int), 19)
    histogram = np.zeros((len(gates), 20))
    histogram[np.arange(len(gates)), spot] = 1.0
    block = {"block": gates}
    return {
        "gate_mean": LabelledArray("gate_mean", block, mean),
        "gate_log_mean": LabelledArray("gate_log_mean", block, np.log(mean) - 0.01),
        "gate_saturation": LabelledArray(
            "gate_saturation",
            {"block": gates, "index": ("low", "high")},
            np.stack([low, high], axis=1),
        ),
        "gate_histogram": LabelledArray(
            "gate_histogram", {"block": gates, "index": bins}, histogram
        ),
    }


def _shares(length: int, rate: float) -> np.ndarray:
    """Shares of the steps' contributions, the last step last; they sum to 1."""
    back = np.arange(length)[::-1].astype(float)
    weights = np.exp(np.clip(rate, -50, 0.0) * back)
    return weights / weights.sum()


def _loss_gradient(params: Params, rate: float, every: bool) -> LabelledArray:
    steps = np.arange(params["length"] + 1, dtype=float)
    back = params["length"] - steps
    h = np.zeros_like(back) - 0.1 if every else rate * back
    rows = {"h": h}
    if params["cell"].startswith("lstm"):
        rows |= {"c_graph": h - 0.3, "c_state": h - 0.5}
    return LabelledArray(
        "loss_gradient",
        {"block": tuple(rows), "step": tuple(int(s) for s in steps)},
        np.stack(list(rows.values())),
    )


def _triangle(length: int, rate: float) -> LabelledArray:
    later = np.linspace(length / 64, length, 64).round()
    back = np.linspace(0, length, 64).round()
    values = np.where(back[None] <= later[:, None], rate * back[None], np.nan)
    coords = {
        "step": tuple(int(v) for v in later),
        "lag": tuple(int(v) for v in back),
    }
    return LabelledArray("triangle", coords, values)


def lineup(
    rows: Iterable[tuple[str, Any]] = LINEUP,
    lengths: Iterable[int] = (16, 64, 256),
    seeds: int = 5,
    **axes: Iterable[Any],
) -> dict[str, list[Params]]:
    """One grid of rows by lengths, as a command line makes it."""
    every = product(
        network=tuple(rows), length=tuple(lengths), seed=range(seeds), **axes
    )
    return {"sweep": every}


def by_row(table: Mapping[tuple, Behaviour]) -> Callable[[Params], Behaviour]:
    """Behaviour by (cell, bias)."""
    return lambda params: table[params["cell"], params["forget_bias"]]


def worse_lstm(params: Params) -> Behaviour:
    """The LSTM loses its gradient faster than the RNN, whatever its bias."""
    if params["cell"].startswith("lstm"):
        return Behaviour(-1.2, conveyor=-1.5, detours=-1.3, no_cell_path=-0.3)
    return Behaviour(-0.4 if params["cell"] == "rnn" else -0.6)


def mixed_seeds(params: Params) -> Behaviour:
    """Seeds disagree so much that no verdict is possible."""
    return Behaviour(-0.02, noise=0.03)


RNN_ONLY = (("rnn", None),)
LSTM_ONLY = (("lstm", "keep"), ("lstm", 1.0), ("lstm", "chrono"))


def contradictions() -> dict[str, Callable[[], Made]]:
    """What makes each store that contradicts the usual story, by name."""
    few = default_grids(3)
    many = product(
        network=LINEUP,
        activation=("tanh", "relu", "gelu", "sigmoid", "silu"),
        hidden=(16, 32, 64, 128, 256),
    )
    point = {"sweep": product(network=(("lstm", 1.0),))}
    two = {"sweep": product(network=(("rnn", None), ("lstm", "keep")), length=(64,))}
    fails = lambda p: ("failed", "RuntimeError: out of *memory*\nat line 3")  # noqa: E731
    absent = lambda p: ("missing", "")  # noqa: E731
    from tests import made_up_training as training

    odd = {p: Behaviour(-0.2, dead_at=30) for p in LINEUP} | {
        ("lstm", 3.0): Behaviour(0.3, broken_at=50)
    }
    return {
        "usual": store,
        "lstm_worse": lambda: store(few, worse_lstm),
        "rnn_only": lambda: store(lineup(RNN_ONLY)),
        "lstm_only": lambda: store(lineup(LSTM_ONLY)),
        "all_explode": lambda: store(few, always(Behaviour(0.4, conveyor=-0.2))),
        "all_dead": lambda: store(few, always(Behaviour(-0.5, dead_at=9))),
        "all_not_finite": lambda: store(lineup(), always(Behaviour(0.5, broken_at=9))),
        "dead_and_broken": lambda: store(lineup(), by_row(odd)),
        "all_undetermined": lambda: store(lineup(), mixed_seeds),
        "nothing_vanishes": lambda: store(
            few, always(Behaviour(-0.001, 0.0002, 20.0, conveyor=-0.002))
        ),
        "all_vanish": lambda: store(
            lineup(), lambda p: replace(usual(p), rate=usual(p).rate - 0.1)
        ),
        "rnn_holds": lambda: store(
            lineup(),
            lambda p: Behaviour(-0.001, 0.0002) if p["cell"] == "rnn" else usual(p),
        ),
        "one_point": lambda: store(point),
        "one_short_point": lambda: store(
            {"sweep": product(network=LINEUP[:1], length=(16,))}
        ),
        "one_length": lambda: store(lineup(lengths=(64,))),
        "two_by_one": lambda: store(two),
        "two_hundred_rows": lambda: store({"sweep": many}),
        "all_failed": lambda: store(lineup(), status=fails),
        "all_missing": lambda: store(lineup(), status=absent),
        "nothing_asked": lambda: store({"sweep": []}),
        "no_gated": lambda: store({"weights": default_grids()["weights"]}),
        "gain_only_rnn": lambda: store(
            {"sweep": product(gain=(0.5, 1.0, 2.0, 4.0), seed=range(3))}
        ),
        "rates_only": lambda: store(
            lineup(),
            leave_out=("spectral_norm", "frobenius_norm", "stable_rank", "horizon"),
        ),
        "norms_only": lambda: store(
            lineup(),
            leave_out=(
                "growth_rate",
                "growth_rate_low",
                "growth_rate_high",
                "stable_rank",
                "horizon",
                "loss_gradient",
                "weight_share",
                "gate_log_mean",
            ),
        ),
        "text": lambda: store(lineup(input=("text:/data/README.md",))),
        "silence_and_noise": lambda: store(lineup(input=("silence", "gaussian"))),
        "variants": lambda: store(
            lineup(
                (
                    ("lstm:no_forget", None),
                    ("lstm:peephole", 1.0),
                    ("gru:z_replaces", 3.0),
                    ("my_cell", None),
                )
            )
        ),
        "two_activations": lambda: store(lineup(RNN_ONLY, activation=("tanh", "relu"))),
        "two_seeds": lambda: store(lineup(seeds=2)),
        "many_lengths": lambda: store(
            lineup(lengths=tuple(range(16, 272, 16)), seeds=3)
        ),
        "trained": lambda: store({"learn": training.points(updates=(64,))}),
        "trained_beside": lambda: store(
            {
                **lineup(lengths=(16, 64), seeds=3),
                "learn": training.points(
                    tasks=("lag:20", "lag:50"), updates=(64,), epsilon=(1e-8, 1e-16)
                ),
            }
        ),
        "trained_nowhere": lambda: store(
            {"learn": training.points(training.ROWS[:1], ("lag:200",), 2)}
        ),
        "zero_bias_too": lambda: store(
            lineup((("rnn", None), ("lstm", "keep"), ("lstm", 0.0), ("lstm", 5.0)))
        ),
    }


CONTRADICTIONS = contradictions()
