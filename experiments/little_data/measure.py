"""GRU and LSTM on growing parts of one set of images, tuned alike.

Each cell, with each number of images, gets the learning rate and the bias of its keep
gate that do best on seeds of their own; then it is trained with other seeds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

import gradlab
from experiments.cell_times.operations import Size
from gradlab.statistics import interval
from gradlab.tasks.base import Task, parse


CELLS = ("GRU", "LSTM")
HIDDEN = 64
"""Units of the LSTM; the GRU has as many as come nearest to its parameters."""
COUNTS = (40, 130, 420, 1347)
UPDATES, SEEDS, TUNING_SEEDS, FIRST_TUNING_SEED = 1000, 10, 3, 100
LEARNING_RATES = (0.003, 0.01, 0.03, 0.1)
BIASES = ("keep", 1.0, 3.0)


@dataclass(frozen=True)
class Chosen:
    """What a cell was tuned to, with one number of images.

    Attributes:
        learning_rate: of Adam.
        bias: of the gate that keeps the state; ``keep``: as PyTorch draws it.
    """

    learning_rate: float
    bias: str | float


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes:
        counts: n, of images to train on.
        hidden, parameters: cell -> units; parameters, the output layer's among them.
        judged: how many images each network is judged by.
        updates, tuning_seeds: of the training.
        chosen: (cell, n) -> what it was tuned to.
        right: cell -> (seeds, n), share of the judged images right after the last
            update.
    """

    counts: Sequence[int]
    hidden: dict[str, int]
    parameters: dict[str, int]
    judged: int
    updates: int
    tuning_seeds: int
    chosen: dict[tuple[str, int], Chosen]
    right: dict[str, np.ndarray]

    @property
    def log_odds(self) -> dict[str, np.ndarray]:
        """Of the shares: ln of right over wrong images, half an image added to both."""
        found = {}
        for cell, shares in self.right.items():
            right = shares * self.judged
            found[cell] = np.log((right + 0.5) / (self.judged - right + 0.5))
        return found


def difference(scores: dict[str, np.ndarray]) -> list[tuple[float, float, float]]:
    """Return LSTM less GRU at each n, mean and 95 % t interval over pairs of a seed."""
    gaps = scores["LSTM"] - scores["GRU"]
    return [interval(column) for column in gaps.T]


def interaction(
    scores: dict[str, np.ndarray], counts: Sequence[int]
) -> tuple[float, float, float]:
    """Return cell x log n: what LSTM less GRU gains when n grows tenfold.

    For each seed the slope of its difference by log10 n (least squares); of these the
    mean and the 95 % t interval over seeds.
    """
    gaps = scores["LSTM"] - scores["GRU"]
    x = np.log10(np.array(counts, dtype=float))
    x -= x.mean()
    return interval(gaps @ x / (x @ x))


def parameters(cell: str, hidden: int, task: Task) -> int:
    """Return how many parameters a network has with its output layer."""
    return Size(cell, task.features, hidden).parameters + task.outputs * (hidden + 1)


def widths(hidden: int = HIDDEN) -> dict[str, int]:
    """Return the units of each cell: the parameters of an LSTM of ``hidden``."""
    task = parse("digits:rows")
    wanted = parameters("LSTM", hidden, task)

    def off(width: int) -> int:
        return abs(parameters("GRU", width, task) - wanted)

    return {"GRU": min(range(1, 2 * hidden + 1), key=off), "LSTM": hidden}


def measure(
    folder: Path,
    *,
    updates: int = UPDATES,
    seeds: int = SEEDS,
    tuning_seeds: int = TUNING_SEEDS,
    counts: Sequence[int] = COUNTS,
    hidden: int = HIDDEN,
    jobs: int | None = None,
) -> Found:
    """Tune, then train; what is already in the folder is not computed again."""
    units = widths(hidden)
    tuning = gradlab.sweep(
        tuning_sweep(units, counts, updates, tuning_seeds),
        out=folder / "tuning",
        jobs=jobs,
    )
    chosen = best_of(tuning, counts)
    results = gradlab.sweep(
        final_sweep(units, chosen, updates, seeds), out=folder / "final", jobs=jobs
    )
    task = parse("digits:rows")
    return Found(
        counts,
        units,
        {cell: parameters(cell, units[cell], task) for cell in CELLS},
        task.judged,
        updates,
        tuning_seeds,
        chosen,
        {cell: shares_of(results, cell, counts) for cell in CELLS},
    )


def tuning_sweep(
    units: dict[str, int], counts: Sequence[int], updates: int, seeds: int
) -> dict:
    """Return the sweep of all settings, on seeds of its own."""
    first = FIRST_TUNING_SEED
    return {
        "name": "little_data_tuning",
        "question": "Which settings are best with how many images?",
        "seeds": list(range(first, first + seeds)),
        "task": [spec_of(count) for count in counts],
        "learning_rate": list(LEARNING_RATES),
        "forget_bias": list(BIASES),
        "grid": [
            {"name": cell, "cell": cell.lower(), "hidden": units[cell]}
            for cell in CELLS
        ],
        **_training(updates),
    }


def final_sweep(
    units: dict[str, int],
    chosen: dict[tuple[str, int], Chosen],
    updates: int,
    seeds: int,
) -> dict:
    """Return the sweep of what was chosen."""
    return {
        "name": "little_data",
        "question": "Is a GRU better with little data, an LSTM with much?",
        "seeds": list(range(seeds)),
        "grid": [
            {
                "name": f"{cell} {count}",
                "cell": cell.lower(),
                "hidden": units[cell],
                "task": spec_of(count),
                "learning_rate": one.learning_rate,
                "forget_bias": one.bias,
            }
            for (cell, count), one in chosen.items()
        ],
        **_training(updates),
    }


def _training(updates: int) -> dict:
    return {"updates": updates, "measures": ["score"]}


def spec_of(count: int) -> str:
    """Return the task with so many images."""
    return parse(f"digits:rows:{count}").spec


def best_of(
    results: gradlab.Results, counts: Sequence[int]
) -> dict[tuple[str, int], Chosen]:
    """Return the settings with the best mean score at the end; of equals the first."""
    found = {}
    for cell, count in product(CELLS, counts):
        best = -math.inf
        for rate, bias in product(LEARNING_RATES, BIASES):
            own = {"learning_rate": rate, "forget_bias": bias}
            mean = float(np.mean(last_scores(results, cell, count, own)))
            if mean > best:
                best, found[cell, count] = mean, Chosen(rate, bias)
    return found


def shares_of(results: gradlab.Results, cell: str, counts: Sequence[int]) -> np.ndarray:
    """Return the last scores of a cell, (seeds, n)."""
    return np.array([last_scores(results, cell, count, {}) for count in counts]).T


def last_scores(
    results: gradlab.Results, cell: str, count: int, settings: dict
) -> list[float]:
    """Return the scores after the last update of the networks with some settings."""
    wanted = {"cell": cell.lower(), "task": spec_of(count), **settings}
    points = [
        point
        for point in results.points
        if all(point.params[name] == value for name, value in wanted.items())
    ]
    points.sort(key=lambda point: point.params["seed"])
    return [float(point.record("score").values[-1]) for point in points]
