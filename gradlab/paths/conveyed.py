"""Cells with a conveyor: the only ones with roads to tell apart."""

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError


def has_conveyor(cell: Cell) -> bool:
    """Say whether a cell names the diagonal by which its carry is handed on."""
    return type(cell).conveyor is not Cell.conveyor


def without_conveyor(cell: Cell) -> ConfigError:
    """Return the error for a cell that has none."""
    return ConfigError(
        got=f"{getattr(cell, 'name', type(cell).__name__)}, which has no conveyor",
        expected="a cell whose carry is kept by a gate",
        try_='build("lstm", ...)',
    )
