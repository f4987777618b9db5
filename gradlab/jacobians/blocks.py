"""Which parts of the product have names."""

from collections.abc import Iterable, Sequence

from gradlab.cells.base import Cell
from gradlab.errors import UnknownNameError


CUTS = ("no_cell_path", "no_detours")
ROADS = ("conveyor", "detours")


def block_names(
    cell: Cell, *, conveyor: bool, rows: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the blocks of a cell's product; ``conveyor`` says whether it has one.

    LSTM: hh hc ch cc joint conveyor detours no_cell_path no_detours; GRU: the same
    with hh alone for the four; RNN: hh joint. With some ``rows`` only, the pairs of
    those and joint. Of layers, the pairs that are not zero whatever the weights (no
    layer depends on one above it) and joint: each has a conveyor of its own.
    """
    names = cell.state_names
    height = dict(zip(names, _heights(cell), strict=True))
    pairs = tuple(
        later + earlier
        for later in rows or names
        for earlier in names
        if height[earlier] <= height[later]
    )
    if rows is not None or len(cell.layer_cells) > 1:
        return (*pairs, "joint")
    roads = ROADS if conveyor else ()
    cuts = CUTS if conveyor or len(names) > 1 else ()
    return (*pairs, "joint", *roads, *cuts)


def _heights(cell: Cell) -> list[int]:
    """Return for each state in which layer it stands."""
    layers = enumerate(cell.layer_cells)
    return [k for k, layer in layers for _ in layer.state_names]


def choose(
    asked: str | Iterable[str],
    cell: Cell,
    *,
    conveyor: bool,
    rows: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Return the blocks to compute: ``"all"``, ``"joint"`` or names, in fixed order.

    Raises:
        UnknownNameError: for a block this cell does not have.
    """
    known = block_names(cell, conveyor=conveyor, rows=rows)
    if asked == "all":
        return known
    wanted: Sequence[str] = [asked] if isinstance(asked, str) else list(asked)
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("block", name, known)
    return tuple(name for name in known if name in wanted)


def some_rows(asked: str | Sequence[str] | None, cell: Cell) -> tuple[str, ...] | None:
    """Return the later states asked for, in the cell's order; None for all of them.

    Raises:
        UnknownNameError: for a state this cell does not have.
    """
    if asked is None:
        return None
    wanted = [asked] if isinstance(asked, str) else list(asked)
    for name in wanted:
        if name not in cell.state_names:
            raise UnknownNameError.among("state", name, cell.state_names)
    kept = tuple(name for name in cell.state_names if name in wanted)
    return None if kept == cell.state_names else kept
