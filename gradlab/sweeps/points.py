"""Points: one parameter combination each, made from the grids of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from gradlab import cells
from gradlab.axes import BY_CELL, DRAWN, input_bias_of
from gradlab.sweeps.keys import file_hash, input_of


if TYPE_CHECKING:  # workers unpickle points, and do without the config's library
    from gradlab.config.sweep import GridPlan


@dataclass(frozen=True)
class Point:
    """One parameter combination; None where an axis does not apply to the cell.

    ``forget_bias`` and ``input_bias`` are ``"keep"``, a number, ``"chrono"`` or
    ``"chrono:LENGTH"``. ``weights`` is the file of the network's weights, where they
    are not drawn, and ``weights_hash`` the hash of its contents.
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
    input: str
    loss: str
    dtype: str
    sequences: int
    features: int
    burn_in: int
    initial_state: str
    device: str
    weights: str | None = None
    weights_hash: str | None = None

    def params(self) -> dict[str, Any]:
        """Return every axis and setting by name; those of weights where there are."""
        drawn = self.weights is None
        return {k: v for k, v in vars(self).items() if not (drawn and k in _OF_WEIGHTS)}


_OF_WEIGHTS = ("weights", "weights_hash")


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
    own, source = _axes_of(axes["cell"]), input_of(axes["input"])
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
        "features": source.features(settings["features"]),
        "initial_state": settings["initial_state"] or source.initial,
    }
    return Point(seed=seed, **applied, **settled)


@cache
def _axes_of(spec: str) -> frozenset[str]:
    return cells.axes(spec)
