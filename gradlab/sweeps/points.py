"""Points: one parameter combination each, made from the grids of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from gradlab import cells
from gradlab.axes import (
    BY_CELL,
    BY_TASK,
    DRAWN,
    NO_TASK,
    OF_TRAINED,
    SET_BY_TASK,
    input_bias_of,
)
from gradlab.sweeps.keys import file_hash, input_of, task_of
from gradlab.training.settings import OPTIMIZERS, TrainingSettings


if TYPE_CHECKING:  # workers unpickle points, and do without the config's library
    from gradlab.config.sweep import GridPlan


@dataclass(frozen=True)
class Point:
    """One parameter combination; None where an axis does not apply to the cell.

    ``forget_bias`` and ``input_bias`` are ``"keep"``, a number, ``"chrono"`` or
    ``"chrono:LENGTH"``. ``weights`` is the file of the network's weights, where they
    are not drawn, and ``weights_hash`` the hash of its contents. ``task`` and what
    follows it are None where the network is not trained; ``input`` and ``loss`` where
    it is.
    """

    cell: str
    activation: str | None
    init: str | None
    gain: float | None
    forget_bias: str | float | None
    input_bias: str | float | None
    hidden: int
    length: int
    seed: int
    input: str | None
    loss: str | None
    dtype: str
    sequences: int
    features: int
    burn_in: int
    initial_state: str
    device: str
    weights: str | None = None
    weights_hash: str | None = None
    task: str | None = None
    learning_rate: float | None = None
    epsilon: float | None = None
    optimizer: str | None = None
    batch: int | None = None
    clip: float | None = None
    updates: int | None = None
    success: float | None = None
    measure_at: str | None = None

    def params(self) -> dict[str, Any]:
        """Return every axis and setting by name.

        Those of weights where they come from a file, those of training where there is
        a task.
        """
        without: set[str] = set()
        if self.weights is None:
            without |= _OF_WEIGHTS
        if self.task is None:
            without |= OF_TRAINING
        return {k: v for k, v in vars(self).items() if k not in without}

    def training(self) -> TrainingSettings:
        """Return how the network is trained."""
        return TrainingSettings(
            optimizer=str(self.optimizer),
            learning_rate=float(self.learning_rate or 0),
            epsilon=self.epsilon,
            batch=self.batch,
            clip=self.clip,
            updates=int(self.updates or 0),
            success=self.success,
        )


_OF_WEIGHTS = {"weights", "weights_hash"}
OF_TRAINING = BY_TASK | set(OF_TRAINED)
"""Parameters of a point that is trained alone."""


def expand(grid: GridPlan, settings: Mapping[str, Any]) -> Iterator[Point]:
    """Yield the points of one table; an axis that does not apply makes no copies."""
    seen = set()
    for values in product(*grid.axes.values()):
        given = dict(zip(grid.axes, values, strict=True))
        first = point_of(given, grid.seeds[0], settings)
        for seed in grid.seeds:
            point = replace(first, seed=seed)
            if point not in seen:
                seen.add(point)
                yield point


def point_of(axes: Mapping[str, Any], seed: int, settings: Mapping[str, Any]) -> Point:
    """Return the point at one value of every axis.

    Axes that do not apply to the cell are None; the input bias ``auto`` becomes what it
    stands for. A file of weights replaces the axes that draw them. An input file may
    have a number of features of its own. A silent network starts from a random state
    unless the sweep sets one: at the origin it says nothing of its dynamics.
    """
    own = _axes_of(axes["cell"])
    applied: dict[str, Any] = {
        axis: None if axis in BY_CELL and axis not in own else value
        for axis, value in axes.items()
    }
    if applied["input_bias"] is not None:
        applied["input_bias"] = input_bias_of(
            applied["input_bias"], applied["forget_bias"]
        )
    weights = settings.get("weights")
    if weights is not None:
        applied |= dict.fromkeys(DRAWN)
    settled = {
        **settings,
        "weights_hash": None if weights is None else file_hash(weights),
    }
    if axes["task"] == NO_TASK:
        source = input_of(axes["input"])
        settled["features"] = source.features(settings["features"])
        settled["initial_state"] = settings["initial_state"] or source.initial
        nothing = dict.fromkeys(OF_TRAINING)
        return Point(**{**applied, **settled, **nothing, "seed": seed})
    return Point(**{**applied, **settled, **_set_by_task(axes, settings), "seed": seed})


def _set_by_task(axes: Mapping[str, Any], settings: Mapping[str, Any]) -> dict:
    """Return what a task sets of a point."""
    task = task_of(axes["task"])
    has_epsilon = OPTIMIZERS[settings["optimizer"]]
    clip = settings["clip"]
    return {
        **dict.fromkeys(SET_BY_TASK),
        "length": task.length,
        "features": task.features,
        "burn_in": 0,
        "initial_state": "zero",
        "epsilon": axes["epsilon"] if has_epsilon else None,
        "clip": None if clip == "none" else clip,
    }


@cache
def _axes_of(spec: str) -> frozenset[str]:
    return cells.axes(spec)
