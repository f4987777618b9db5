"""Points that were trained, made up by rule: records as training leaves them.

The numbers are stand-ins. Nothing here is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.labelled import LabelledArray
from tests import made_up
from tests.made_up import Params


LN10 = math.log(10.0)
ROWS = (
    ("rnn", None),
    ("gru", "keep"),
    ("lstm", "keep"),
    ("lstm", 1.0),
    ("lstm", 3.0),
    ("lstm", "chrono"),
)
SETTINGS: Params = {
    "optimizer": "adam",
    "learning_rate": 0.01,
    "epsilon": 1e-8,
    "batch": 2,
    "clip": 1.0,
    "updates": 1000,
    "success": None,
}


@dataclass(frozen=True)
class Course:
    """How one run goes: ln of the first gradient, updates until success, the end.

    first: inf where it never succeeds. moves: by how much the rate of what is left a
    step changes until the last update.
    """

    ln_gradient: float
    first: float
    at_end: bool = True
    moves: float = 0.0


def points(
    rows: Iterable[tuple[str, Any]] = ROWS,
    tasks: Iterable[str] = ("lag:20", "lag:50", "lag:100"),
    seeds: int = 8,
    **axes: Iterable[Any],
) -> list[Params]:
    """Points of these networks on each task; other axes as in `SETTINGS`."""
    given = {name: tuple(values) for name, values in axes.items()}
    found = made_up.product(
        network=tuple(rows), task=tuple(tasks), seed=range(seeds), **given
    )
    return [
        {
            **p,
            **{k: v for k, v in SETTINGS.items() if k not in given},
            "hidden": 8,
            "length": int(p["task"].split(":")[1]),
            "input": None,
            "loss": None,
            "features": None,
        }
        for p in found
    ]


def usual(params: Params) -> Course:
    """As the rates of the usual networks and Adam's epsilon let one expect."""
    rng = _stream(params)
    rate = made_up.usual(params).rate
    ln = rate * params["length"] * 0.9 - 3.0 + 3.0 * rng.standard_normal()
    ln = min(ln, -1.0)
    epsilon = params["epsilon"] or 1.0
    bound = math.log(epsilon) - 1.5 + 2.0 * rng.standard_normal()
    lucky = rng.random() > 0.06
    updates = params["updates"]
    if ln < bound or not lucky:
        return Course(ln, math.inf, False)
    first = min(10.0 * round(3.0 + rng.gamma(2.0, 6.0 - min(ln, 0.0) / 4)), updates)
    falls = params["forget_bias"] == 3.0 and rng.random() < 0.3
    return Course(ln, float(first), not falls, -0.8 * rate)


def records(
    params: Params, course: Callable[[Params], Course]
) -> dict[str, LabelledArray]:
    """All records of one trained point."""
    run, rng = course(params), _stream(params, 1)
    updates, length = params["updates"], params["length"]
    done = np.arange(updates, dtype=float)
    half = max(1.0, run.first) if math.isfinite(run.first) else 1e9
    loss = math.log(2.0) / (1.0 + np.exp((done - 0.8 * half) / (0.1 * half + 1)))
    loss = loss * (1.0 + 0.01 * rng.standard_normal(updates))
    if run.first < math.inf and not run.at_end:
        loss[-updates // 8 :] = 0.5
    at = np.unique(np.linspace(0, updates, min(updates, 100) + 1).astype(int))
    score = np.where(at >= run.first, 1.0, 0.5)
    score[-1] = float(run.at_end)
    along = {0, updates, *(2**k for k in range(40) if 2**k <= updates)}
    measured = np.array(sorted(along), dtype=float)
    share = np.minimum(1.0, measured / half)
    lags = np.array(made_up.lags(length), dtype=float)
    rates = made_up.usual(params).rate + run.moves * share
    norms = rates[:, None] * lags[None]
    on = {"update": tuple(int(v) for v in measured)}
    coords = {**on, "block": ("joint",), "lag": tuple(int(v) for v in lags)}
    gradient = run.ln_gradient + run.moves * share * length
    return {
        "training_loss": _over(range(updates), "training_loss", loss),
        "gradient_norm": _over(range(updates), "gradient_norm", np.log(loss + 1e-9)),
        "score": _over(at, "score", score),
        "first_success": LabelledArray("first_success", {}, np.float64(run.first)),
        "learned_at_end": LabelledArray("learned_at_end", {}, np.float64(run.at_end)),
        "update_counts": LabelledArray(
            "update_counts",
            {"index": ("clipped", "not_finite", "first_not_finite")},
            np.array([3.0, 0.0, np.inf]),
        ),
        "first_input_gradient": LabelledArray("first_input_gradient", on, gradient),
        "spectral_norm": LabelledArray("spectral_norm", coords, norms[:, None]),
    }


def _over(at: Iterable[int], name: str, values: np.ndarray) -> LabelledArray:
    return LabelledArray(name, {"update": tuple(int(v) for v in at)}, values)


def _stream(params: Params, part: int = 0) -> np.random.Generator:
    """The same for each epsilon and learning rate: the same networks."""
    salt = f"{params['cell']}{params['forget_bias']}{params['task']}"
    return np.random.default_rng([part, params["seed"], *salt.encode()])


def alone(**axes: Any) -> made_up.Made:
    """A store of training and nothing else."""
    return made_up.store({"learn": points(**axes)})


def beside(**axes: Any) -> made_up.Made:
    """The default sweep's shape with a grid of training."""
    return made_up.store({**made_up.default_grids(), "learning": points(**axes)})
