"""A sweep: a union of grids around a stated baseline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from gradlab.axes import AXES, DRAWN, NO_TASK, SEEDS
from gradlab.config import training
from gradlab.config.schema import Config, Grid
from gradlab.errors import ConfigError


@dataclass(frozen=True)
class GridPlan:
    """One ``[[grid]]`` table, with nothing left to the baseline.

    Attributes:
        name: several tables may share it; their points are one grid.
        axes: values of every axis, in the order of ``AXES``.
        seeds: the seeds themselves.
        measures: as the config names them; None for the default ones.
        blocks: ``"all"`` or ``"joint"``.
        first_seed_measures: names of further ones, of points of its first seed.
    """

    name: str
    axes: Mapping[str, tuple]
    seeds: tuple[int, ...]
    measures: tuple[str, ...] | None
    blocks: str
    first_seed_measures: tuple[str, ...]

    @property
    def trains(self) -> bool:
        """Whether any network of it is trained."""
        return any(task != NO_TASK for task in self.axes["task"])

    def size(self) -> int:
        """Return the combinations of the axes; at least as many as points."""
        return _combinations(self.axes) * len(self.seeds)


@dataclass(frozen=True)
class Sweep:
    """Everything one command requests.

    Attributes:
        name: also the folder's, ``reports/NAME``.
        question: of the sweep, in words.
        grids: the tables.
        settings: what holds for all points and is no axis: sequences, features,
            burn_in, initial_state, device, weights; of those trained the optimizer and
            the like, None where none is.
        thresholds: where verdicts change; None for the default ones.
        load: files whose leaves take part.
        file: the TOML it was read from; None where it was none.
    """

    name: str
    question: str
    grids: tuple[GridPlan, ...]
    settings: Mapping[str, Any]
    thresholds: tuple[float, ...] | None
    load: tuple[str, ...]
    file: Path | None = field(default=None, compare=False)

    def size(self) -> int:
        """Return the combinations of all tables; at least the distinct points."""
        return sum(grid.size() for grid in self.grids)

    def resolved(self) -> dict[str, Any]:
        """Return the config that gives this sweep, with nothing left implied."""
        out: dict[str, Any] = {"name": self.name}
        if self.question:
            out["question"] = self.question
        implied = training.implied_settings(self.grids)
        said = {k: v for k, v in self.settings.items() if k not in implied}
        out |= {k: v for k, v in said.items() if v is not None}
        if self.thresholds is not None:
            out["thresholds"] = list(self.thresholds)
        if self.load:
            out["load"] = list(self.load)
        out["grid"] = [_table(grid, self.settings) for grid in self.grids]
        if self.settings["weights"] is not None:
            for table in out["grid"]:
                for axis in DRAWN:
                    del table[axis]
        return out


FEW_ROWS = 6
"""Up to this many rows, the map inside one sequence is drawn by default."""


def resolve(
    config: Config, *, everywhere: bool = False, more: tuple[str, ...] = ()
) -> Sweep:
    """Fill in what a config leaves to its baseline.

    Args:
        config: as it was written.
        everywhere: let the top's ``measures`` replace the grids' own.
        more: measures for every grid, in addition to those it names.
    """
    # A table inherits the top's values; without tables the top is the only grid.
    tables: list[Grid] = config.grid or [Grid()]
    all_axes = [_axes(config, table) for table in tables]
    if config.weights is not None:
        _check_weights(config, tables)
    training.check(config, tables, all_axes)
    few = sum(_combinations(axes) for axes in all_axes) <= FEW_ROWS
    seeds = SEEDS if config.weights is None else 1
    grids = []
    for table, axes in zip(tables, all_axes, strict=True):
        measures = table.measures
        if measures is None or (everywhere and config.measures):
            measures = config.measures
        names = None if measures is None else tuple(dict.fromkeys([*measures, *more]))
        blocks = table.blocks if config.grid else config.blocks
        trains = any(task != NO_TASK for task in axes["task"])
        extra = ("triangle",) if few and names is None and not trains else ()
        grids.append(
            GridPlan(
                name=table.name or config.name or "sweep",
                axes=axes,
                seeds=_seeds(table.seeds or config.seeds or seeds, config.first_seed),
                measures=names,
                blocks=blocks,
                first_seed_measures=extra,
            )
        )
    settings = {
        "sequences": config.sequences,
        "features": config.features,
        "burn_in": config.burn_in,
        "initial_state": config.initial_state,
        "device": config.device,
        "weights": config.weights,
        **training.settings(config, grids),
    }
    return Sweep(
        name=config.name or "sweep",
        question=config.question,
        grids=tuple(grids),
        settings=settings,
        thresholds=config.thresholds,
        load=tuple(config.load),
    )


def _check_weights(config: Config, tables: list[Grid]) -> None:
    """Refuse what a file of weights would override: it is one network of one cell."""
    file = f"the weights of {config.weights}"
    cells = {cell for table in tables for cell in table.cell or config.cell or ()}
    if len(cells) > 1:
        from gradlab.initializers._state_dict import fitting, read  # imports torch
        from gradlab.inputs import read_weights

        name = str(config.weights)
        raise ConfigError(
            got=f"{file} for the cells {', '.join(sorted(cells))}",
            expected="one cell",
            try_=fitting(read(read_weights(name), name), name),
        )
    for axis in DRAWN:
        values = [getattr(given, axis) for given in (config, *tables)]
        if any(value is not None for value in values):
            raise ConfigError(
                got=f"{axis} together with {file}",
                expected="one of them: the file sets every weight and bias",
                try_=f"leaving out {axis}",
            )
    for given in (config, *tables):
        count = given.seeds if isinstance(given.seeds, int) else len(given.seeds or [0])
        if count > 1:
            raise ConfigError(
                got=f"{count} seeds together with {file}",
                expected="one seed: the network is the same at every seed",
                try_=f"--sequences {4 * count}, for more sequences",
            )


def _combinations(axes: Mapping[str, tuple]) -> int:
    return prod(len(values) for values in axes.values())


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
            got=f"first_seed {first} with the seeds {', '.join(map(str, seeds))}",
            expected="a count of seeds, which begins there, or a list",
            try_="--first-seed 100 --seeds 5",
        )
    return tuple(dict.fromkeys(seeds))


def _table(grid: GridPlan, settings: Mapping[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = {"name": grid.name}
    implied = training.implied_axes(grid, settings)
    table |= {
        axis: list(values) for axis, values in grid.axes.items() if axis not in implied
    }
    table["seeds"] = list(grid.seeds)
    if grid.measures is not None:
        table["measures"] = list(grid.measures)
    if grid.blocks != "all":
        table["blocks"] = grid.blocks
    return table
