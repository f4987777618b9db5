"""A sweep: a union of grids around a stated baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from gradlab.axes import AXES, SEEDS
from gradlab.errors import ConfigError
from gradlab.sweeps.config import Config, Grid


@dataclass(frozen=True)
class GridPlan:
    """One table, with all its axes filled in.

    Attributes:
        name: several tables may share it; their points are one grid.
        axes: values of every axis, in the order of ``AXES``.
        seeds: the seeds themselves.
        measures: None for the usual ones.
        blocks: ``"all"`` or ``"joint"``.
    """

    name: str
    axes: Mapping[str, tuple]
    seeds: tuple[int, ...]
    measures: tuple[str, ...] | None
    blocks: str

    def size(self) -> int:
        """Combinations of the axes; at least as many as points."""
        return prod(len(values) for values in self.axes.values()) * len(self.seeds)


@dataclass(frozen=True)
class Sweep:
    """What is asked for, whole.

    Attributes:
        name: also the folder's, ``reports/NAME``.
        question: what it asks, in words.
        grids: the tables.
        settings: what holds for all points and is no axis: sequences, features,
            burn_in, initial_state, device.
        thresholds: where verdicts change, or None for the usual ones.
        load: files whose leaves take part.
    """

    name: str
    question: str
    grids: tuple[GridPlan, ...]
    settings: Mapping[str, Any]
    thresholds: tuple[float, ...] | None
    load: tuple[str, ...]

    def size(self) -> int:
        """Combinations of all tables; at least as many as distinct points."""
        return sum(grid.size() for grid in self.grids)

    def resolved(self) -> dict[str, Any]:
        """Return the config that gives this sweep, with nothing left implied."""
        out: dict[str, Any] = {"name": self.name}
        if self.question:
            out["question"] = self.question
        out |= {k: v for k, v in self.settings.items() if v is not None}
        if self.thresholds is not None:
            out["thresholds"] = list(self.thresholds)
        if self.load:
            out["load"] = list(self.load)
        out["grid"] = [_table(grid) for grid in self.grids]
        return out


def resolve(config: Config, *, measures_everywhere: bool = False) -> Sweep:
    """Fill in what a config leaves to its baseline.

    Args:
        config: as it was written.
        measures_everywhere: let the top's ``measures`` replace the grids' own.
    """
    name = config.name or "sweep"
    # A table takes over the top's values; without tables the top is the one grid.
    tables: list[Grid] = config.grid or [Grid()]
    grids = []
    for table in tables:
        measures = config.measures
        if table.measures is not None and not (measures_everywhere and measures):
            measures = table.measures
        grids.append(
            GridPlan(
                name=table.name or name,
                axes=_axes(config, table),
                seeds=_seeds(table.seeds or config.seeds or SEEDS, config.first_seed),
                measures=None if measures is None else tuple(dict.fromkeys(measures)),
                blocks=table.blocks if config.grid else config.blocks,
            )
        )
    settings = {
        "sequences": config.sequences,
        "features": config.features,
        "burn_in": config.burn_in,
        "initial_state": config.initial_state,
        "device": config.device,
    }
    return Sweep(
        name=name,
        question=config.question,
        grids=tuple(grids),
        settings=settings,
        thresholds=config.thresholds,
        load=tuple(config.load),
    )


def with_measures(sweep: Sweep, names: tuple[str, ...]) -> Sweep:
    """Add measures to every grid that names its own."""
    grids = tuple(
        grid
        if grid.measures is None
        else replace(grid, measures=tuple(dict.fromkeys([*grid.measures, *names])))
        for grid in sweep.grids
    )
    return replace(sweep, grids=grids)


def _axes(config: Config, table: Grid) -> dict[str, tuple]:
    axes = {}
    for axis in AXES:
        values = getattr(table, axis.name) or getattr(config, axis.name)
        axes[axis.name] = tuple(dict.fromkeys(values or (axis.baseline,)))
    return axes


def _seeds(seeds: int | list[int], first: int | None) -> tuple[int, ...]:
    if isinstance(seeds, int):
        start = first or 0
        return tuple(range(start, start + seeds))
    if first is not None:
        raise ConfigError(
            got=f"first_seed {first} beside the seeds {', '.join(map(str, seeds))}",
            expected="a count of seeds, which begins there, or a list",
            try_="--first-seed 100 --seeds 5",
        )
    return tuple(dict.fromkeys(seeds))


def _table(grid: GridPlan) -> dict[str, Any]:
    table: dict[str, Any] = {"name": grid.name}
    table |= {axis: list(values) for axis, values in grid.axes.items()}
    table["seeds"] = list(grid.seeds)
    if grid.measures is not None:
        table["measures"] = list(grid.measures)
    if grid.blocks != "all":
        table["blocks"] = grid.blocks
    return table
