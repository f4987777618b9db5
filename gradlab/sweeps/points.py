"""Points: one parameter combination each, made from the grids of a sweep."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab import cells
from gradlab.axes import BY_CELL
from gradlab.store.store import Known
from gradlab.sweeps.keys import input_of, key_of
from gradlab.sweeps.requirements import Requirements, requirements_of


if TYPE_CHECKING:  # workers unpickle points, and do without the config's library
    from gradlab.sweeps.sweep import GridPlan, Sweep


@dataclass(frozen=True)
class Point:
    """One parameter combination; None where an axis does not apply to the cell.

    ``forget_bias`` is ``"keep"``, a number, ``"chrono"`` or ``"chrono:LENGTH"``.
    """

    cell: str
    activation: str | None
    init: str | None
    gain: float | None
    forget_bias: str | float | None
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

    def params(self) -> dict[str, Any]:
        """Return every axis and setting by name."""
        return dict(vars(self))


@dataclass(frozen=True)
class Plan:
    """The distinct points of a sweep and what is wanted of each.

    Attributes:
        points: key -> point.
        grids: name -> keys of its points, in the order of the tables.
        needs: key -> measures and what they are to be computed with.
        grid_needs: the same by grid, for what all of its points need.
    """

    points: dict[str, Point]
    grids: dict[str, list[str]]
    needs: dict[str, Requirements]
    grid_needs: dict[str, Requirements]

    def grids_of(self, key: str) -> tuple[str, ...]:
        """Return the names of the grids a point belongs to."""
        return self._grids_by_key[key]

    @cached_property
    def _grids_by_key(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, list[str]] = {}
        for name, keys in self.grids.items():
            for key in keys:
                names.setdefault(key, []).append(name)
        return {key: tuple(found) for key, found in names.items()}


FEW_ROWS = 6
"""Up to this many rows, the map inside one sequence is drawn without being asked."""


def plan(sweep: Sweep) -> Plan:
    """Return the points of a sweep, those of several grids once.

    A point in several grids is computed with the union of their measures.
    """
    points: dict[str, Point] = {}
    grids: dict[str, dict[str, None]] = {}
    needs: dict[str, Requirements] = {}
    grid_needs: dict[str, Requirements] = {}
    portrait = sum(grid.size() // len(grid.seeds) for grid in sweep.grids) <= FEW_ROWS
    for grid in sweep.grids:
        blocks = grid.blocks
        wanted = requirements_of(grid.measures, blocks, sweep.thresholds)
        shared = grid_needs.setdefault(grid.name, wanted)
        grid_needs[grid.name] = shared.intersection(wanted)
        for point in expand(grid, sweep):
            key = key_of(point.params())
            points.setdefault(key, point)
            grids.setdefault(grid.name, {})[key] = None
            needs[key] = needs[key].union(wanted) if key in needs else wanted
            if portrait and grid.measures is None and point.seed == grid.seeds[0]:
                extra = requirements_of(("triangle",), blocks, sweep.thresholds)
                needs[key] = needs[key].union(extra)
    return Plan(
        points, {name: list(keys) for name, keys in grids.items()}, needs, grid_needs
    )


def expand(grid: GridPlan, sweep: Sweep) -> Iterator[Point]:
    """Yield the points of one table; an axis that does not apply makes no copies."""
    seen = set()
    names = tuple(grid.axes)
    for values in product(*grid.axes.values()):
        given = dict(zip(names, values, strict=True))
        first = first_of(given, grid.seeds[0], sweep)
        for seed in grid.seeds:
            point = replace(first, seed=seed)
            if point not in seen:
                seen.add(point)
                yield point


def first_of(given: dict[str, Any], seed: int, sweep: Sweep) -> Point:
    """Return the point at one value of every axis."""
    return Point(seed=seed, **_applied(given), **_settled(sweep, given["input"]))


@cache
def _axes_of(spec: str) -> frozenset[str]:
    return cells.axes(spec)


def _applied(given: dict[str, Any]) -> dict[str, Any]:
    """Blank the axes that change nothing for this cell."""
    own = _axes_of(given["cell"])
    return {
        axis: None if axis in BY_CELL and axis not in own else value
        for axis, value in given.items()
    }


def _settled(sweep: Sweep, spec: str) -> dict[str, Any]:
    """Return the settings as they hold for an input.

    A file may have a width of its own. A silent network starts from a random state
    unless told otherwise: at the origin it says nothing of its dynamics.
    """
    source = input_of(spec)
    settings = dict(sweep.settings)
    settings["features"] = source.features(settings["features"])
    settings["initial_state"] = settings["initial_state"] or source.initial
    return settings


def missing(planned: Plan, known: Known, retry_failed: bool) -> dict[str, Requirements]:
    """Return key -> what is still to be computed, for points that lack anything.

    Args:
        planned: what is asked for.
        known: what of each point is there.
        retry_failed: whether failed points count as lacking.
    """
    todo = {}
    for key, needs in planned.needs.items():
        status, computed = known.get(key, ("missing", {}))
        if status == "failed" and not retry_failed:
            continue
        left = needs.minus(computed)
        if left or status == "failed":
            todo[key] = left or needs
    return todo


def check_inputs(points: Iterable[Point]) -> None:
    """Draw the longest sequences of each input that reads a file.

    Raises:
        InputError: a file too short, before anything is computed.
    """
    longest: dict[str, Point] = {}
    for point in points:
        known = longest.setdefault(point.input, point)
        if point.length + point.burn_in > known.length + known.burn_in:
            longest[point.input] = point
    for spec, point in longest.items():
        source = input_of(spec)
        if source.fingerprint():
            steps = point.length + point.burn_in
            source.sequences(point.seed, point.sequences, steps, point.features)


def files_of(points: Iterable[Point]) -> dict[str, bytes]:
    """Return what the files of inputs hold, by what stands behind the spec's colon."""
    found = {}
    for spec in {point.input for point in points}:
        argument = spec.partition(":")[2]
        path = Path(os.path.expanduser(argument)) if argument else None
        if path is not None and input_of(spec).fingerprint() and path.is_file():
            found[argument] = path.read_bytes()
    return found
