"""Training added to stores made by chance."""

from __future__ import annotations

import math

import numpy as np

from tests import made_up, made_up_training
from tests.made_up_training import Course


ROWS = (("rnn", None), ("gru", "keep"), ("lstm", 1.0), ("lstm", "chrono"))


def added(made: made_up.Made, seed: int) -> made_up.Made:
    """Return the store, in some cases with networks that were trained."""
    rng = np.random.default_rng([50, seed])
    if rng.random() > 0.3:
        return made
    rows = [ROWS[k] for k in sorted(rng.permutation(len(ROWS))[: rng.integers(1, 5)])]
    axes: dict[str, tuple] = {"updates": (int(rng.integers(2, 9)),)}
    if rng.random() < 0.5:
        axes["epsilon"] = ((1e-8, 1e-16), (1e-3, 1e-8), (1e-3, 1e-5))[rng.integers(3)]
    if rng.random() < 0.3:
        axes["learning_rate"] = (0.003, 0.01)
    if rng.random() < 0.3:
        axes["gain"] = (1.0, 2.0)
    tasks = ("lag:5", "lag:20", "lag:60:every", "adding:50")
    some = tasks[: rng.integers(1, 5)]
    points = made_up_training.points(rows, some, int(rng.integers(1, 4)), **axes)
    epsilons = axes.get("epsilon", (1e-8,))
    bounds = {k: float(rng.choice([-30.0, -8.0, -1.0])) for k in epsilons}

    alike = rng.random() < 0.25  # whatever the first gradient

    def course(params: made_up.Params) -> Course:
        ln = float(rng.choice([-60.0, -9.0, -3.0, -0.5])) * (1 + 0.3 * rng.random())
        if rng.random() < 0.05:
            ln = -math.inf
        likely = 0.9 if ln > bounds[params["epsilon"]] else 0.1
        likely = 0.2 if alike else likely
        if rng.random() > likely:
            return Course(ln, math.inf, False, float(rng.choice([0.0, 0.1])))
        first = float(rng.integers(0, params["updates"] + 1))
        return Course(ln, first, rng.random() < 0.8, float(rng.choice([0.0, 0.1])))

    for number, params in enumerate(points):
        records = made_up_training.records(params, course)
        records.pop("score")
        point = made_up.Point(f"trained {number}", params, records=records)
        made.points.append(point)
        made.grids.setdefault("trained", []).append(point)
    return made
