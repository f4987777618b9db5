"""Rows and columns of a product: its states, their padding, its named blocks.

Carry, conveyor and detours are defined in :mod:`gradlab.jacobians`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gradlab import arguments
from gradlab.cells._step import distinct_names
from gradlab.cells.base import Cell
from gradlab.errors import UnknownNameError
from gradlab.numerics.batch_invariant import ALIGNMENT


@dataclass(frozen=True)
class Layout:
    """Which rows (or columns) of a product belong to which state.

    Widths are padded with zeros to multiples of 16: every matrix of a batch then starts
    at a whole cache line, and matrix kernels, which choose their code by alignment,
    treat all alike. Zeros change no norm.

    Attributes:
        names: of the states.
        widths: n of each, without padding.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, cell: Cell) -> "Layout":
        """Return the layout of a cell's states."""
        return cls(cell.state_names, cell.state_sizes)

    def part(self, names: tuple[str, ...]) -> "Layout":
        """Return the layout of some of the states."""
        widths = dict(zip(self.names, self.widths, strict=True))
        return Layout(names, tuple(widths[name] for name in names))

    @cached_property
    def padded_widths(self) -> tuple[int, ...]:
        """The widths with padding, of each state."""
        return tuple(width + -width % ALIGNMENT for width in self.widths)

    @property
    def padded_width(self) -> int:
        """The width of the whole state with padding."""
        return sum(self.padded_widths)

    @property
    def width(self) -> int:
        """The width of the whole state without padding."""
        return sum(self.widths)

    def slice_of(self, *names: str) -> slice:
        """Return the rows (or columns) of a state, or of several neighbouring ones."""
        places = [self.names.index(name) for name in names]
        first, last = min(places), max(places)
        return slice(
            sum(self.padded_widths[:first]), sum(self.padded_widths[: last + 1])
        )

    def identity(self, like: Tensor) -> Tensor:
        """Return the identity with zeros in the padding, square of ``padded_width``."""
        ones = [
            torch.arange(padded, device=like.device) < width
            for padded, width in zip(self.padded_widths, self.widths, strict=True)
        ]
        return torch.diag(torch.cat(ones).to(like.dtype))

    def plain(self, matrices: Tensor) -> Tensor:
        """Return matrices (…, padded_width, padded_width) without padding."""
        used = self._used.to(matrices.device)
        return matrices[..., used[:, None], used]

    @cached_property
    def _used(self) -> Tensor:
        """The rows that are no padding."""
        return self.identity(torch.empty(0)).diagonal().nonzero().squeeze(-1)


ABLATED = ("no_cell_path", "no_detours")
PATHS = ("conveyor", "detours")


def block_names(
    cell: Cell, *, conveyor: bool, rows: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the names of the blocks of a cell's product.

    A block is a part of P = J_T ... J_{t+1}, or a product of J_t of which parts were
    set to zero; each has a norm by lag:

        hc and the like   rows of one later state (h), columns of one earlier (c); h.hh
                          where names of states would run together
        joint             the whole of P; with ``rows``, those rows of it
        conveyor          the product of the diagonals d_t alone
        detours           the carry's own block of P less the conveyor
        no_cell_path      the product of J_t whose carry's columns are zero (with one
                          state: of J_t less d_t): nothing passes through the carry
        no_detours        the product of J_t whose other columns are zero (with one
                          state: of d_t): nothing passes through the rest

    LSTM: hh hc ch cc and the other five; GRU: hh and the other five; RNN: hh joint.
    With layers: joint, and the pairs that are not zero whatever the weights (no layer
    depends on one above it), since each layer has a conveyor of its own.

    Args:
        cell: whose states they are of.
        conveyor: whether it has one.
        rows: the later states whose rows are computed; all when left out. With some
            only, their pairs and joint.
    """
    names = cell.state_names
    height = dict(zip(names, _heights(cell), strict=True))
    by_pair = pair_names(names)
    pairs = tuple(
        by_pair[later, earlier]
        for later in rows or names
        for earlier in names
        if height[earlier] <= height[later]
    )
    if rows is not None or len(cell.layer_cells) > 1:
        return (*pairs, "joint")
    paths = PATHS if conveyor else ()
    ablated = ABLATED if conveyor or len(names) > 1 else ()
    return (*pairs, "joint", *paths, *ablated)


def pair_names(states: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the name of the block of each later and earlier state."""
    pairs = [(later, earlier) for later in states for earlier in states]
    taken = ("joint", *PATHS, *ABLATED)
    return dict(zip(pairs, distinct_names(pairs, taken=taken), strict=True))


def choose_blocks(
    requested: str | Iterable[str],
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
    wanted = arguments.names("blocks", requested, try_='blocks="joint"', known=known)
    if wanted == ("all",):
        return known
    for name in wanted:
        if name not in known:
            raise UnknownNameError.among("block", name, known)
    return tuple(name for name in known if name in wanted)


def choose_rows(
    requested: str | Sequence[str] | None, cell: Cell
) -> tuple[str, ...] | None:
    """Return the later states requested, in the cell's order; None for all of them.

    Raises:
        UnknownNameError: for a state this cell does not have.
    """
    if requested is None:
        return None
    states = cell.state_names
    wanted = arguments.names("rows", requested, try_='rows="h"', known=states)
    for name in wanted:
        if name not in states:
            raise UnknownNameError.among("state", name, states)
    kept = tuple(name for name in states if name in wanted)
    return None if kept == states else kept


def _heights(cell: Cell) -> list[int]:
    """Return the layer number of each state, from 0."""
    layers = enumerate(cell.layer_cells)
    return [k for k, layer in layers for _ in layer.state_names]
