"""The plan of a sweep: its distinct points, and what each requires.

A point that is in several grids stands in the plan once.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gradlab.config.sweep import GridPlan, Sweep
from gradlab.inputs.base import require_fits
from gradlab.regular_file import read_bytes
from gradlab.sweeps.keys import input_of, key_of, sources, task_of
from gradlab.sweeps.points import Point, expand
from gradlab.sweeps.requirements import Requirements, requirements_of


@dataclass(frozen=True)
class Plan:
    """The distinct points of a sweep.

    Attributes:
        points: key -> point.
        grids: name -> keys of its points, in the order of the ``[[grid]]`` tables.
        requirements: key -> what is to be measured.
        grid_requirements: grid -> what is to be measured of all of its points (the
            intersection over the tables of that name).
    """

    points: dict[str, Point]
    grids: dict[str, list[str]]
    requirements: dict[str, Requirements]
    grid_requirements: dict[str, Requirements]

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

    def external_sources(self) -> dict[str, str]:
        """Return "KIND NAME" -> SHA-256 of the file, of external leaves but measures.

        A leaf is a plug-in class (:mod:`gradlab.catalog`); points depend on cells,
        activations and the like, and measures have fingerprints of their own.
        """
        found: dict[str, str] = {}
        for point in self.points.values():
            found |= sources(point.params())
        return found

    def input_files(self) -> dict[str, bytes]:
        """Return the contents of :meth:`input_paths`, by the same names."""
        return {name: read_bytes(path) for name, path in self.input_paths().items()}

    def input_paths(self) -> dict[str, Path]:
        """Return files of inputs and of weights, by their paths as they were given."""
        found = {}
        for spec in self._specs_with_files():
            argument = spec.partition(":")[2]
            # an option may follow the file, as in text:FILE:chars
            for name in (argument, argument.rpartition(":")[0]):
                path = Path(os.path.expanduser(name))
                if name and path.is_file():
                    found[name] = path
                    break
        for point in self.points.values():
            if point.weights is not None:
                found[point.weights] = Path(os.path.expanduser(point.weights))
        return found

    def _specs_with_files(self) -> set[str]:
        """Return the specs of inputs and tasks that read a file."""
        points = self.points.values()
        inputs = {point.input for point in points if point.input is not None}
        tasks = {point.task for point in points if point.task is not None}
        return {spec for spec in inputs if input_of(spec).content_hash()} | {
            spec for spec in tasks if task_of(spec).content_hash()
        }


def plan(sweep: Sweep) -> Plan:
    """Return the points of a sweep, those of several grids once.

    A point in several grids is computed with the union of their requirements.

    Raises:
        InputError: an input file too short for the longest sequence.
    """
    points: dict[str, Point] = {}
    grids: dict[str, dict[str, None]] = {}
    required: dict[str, Requirements] = {}
    of_grids: dict[str, Requirements] = {}
    for grid in sweep.grids:
        keys = grids.setdefault(grid.name, {})
        required_of: dict[bool, tuple[Requirements, Requirements]] = {}
        for point in expand(grid, sweep.settings):
            trained = point.task is not None
            if trained not in required_of:
                all_seeds, first_seed = _requirements(grid, sweep, trained)
                required_of[trained] = all_seeds, first_seed
                shared = of_grids.setdefault(grid.name, all_seeds)
                of_grids[grid.name] = shared.intersection(all_seeds)
            key = key_of(point.params())
            points.setdefault(key, point)
            keys[key] = None
            all_seeds, first_seed = required_of[trained]
            needed = first_seed if point.seed == grid.seeds[0] else all_seeds
            earlier = required.get(key)
            required[key] = needed if earlier is None else earlier.union(needed)
    check_inputs(points.values())
    return Plan(
        points, {name: list(keys) for name, keys in grids.items()}, required, of_grids
    )


def _requirements(
    grid: GridPlan, sweep: Sweep, trained: bool
) -> tuple[Requirements, Requirements]:
    """Return what a grid measures of all seeds, and of the first one."""
    of_all, of_first = (
        requirements_of(names, grid.blocks, sweep.thresholds, trained=trained)
        for names in (grid.measures, grid.first_seed_measures)
    )
    return of_all, of_all.union(of_first)


def check_inputs(points: Iterable[Point]) -> None:
    """Generate the longest sequences of each input that reads a file.

    Raises:
        InputError: a file too short, or values too large for the floats of its
            points, before anything is computed.
    """
    longest: dict[tuple[str, str], Point] = {}
    for point in points:
        if point.input is None:  # a task has sequences of its own
            continue
        kind = point.input, point.dtype
        other = longest.setdefault(kind, point)
        if point.length + point.burn_in > other.length + other.burn_in:
            longest[kind] = point
    for (spec, dtype), point in longest.items():
        given = input_of(spec)
        if given.content_hash():
            steps = point.length + point.burn_in
            values = given.sequences(point.seed, point.sequences, steps, point.features)
            require_fits(spec, values, dtype)
