"""Products after each of several steps, and the norms and matrices read from them.

Carry, conveyor and detours are defined in :mod:`gradlab.jacobians`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import Columns
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import baddbmm_, bmm, pad_to_multiple


@dataclass
class Products:
    """Products after each of several steps, (S, N) of them, one exponent a row.

    Attributes:
        layout, row_layout: of the columns and of the rows.
        columns: mantissas by earlier state, (S, N, rows, n); views, valid until the
            product they are from advances again.
        detour_diagonal: (S, N, n) or None; see :class:`Product`.
        block_row_norms: (S, N, rows, states) float64, of the mantissas'
            rows by column block.
        row_norms: (S, N, rows) float64, of the whole rows.
        exponent: (S, N, rows) int64, powers of two taken out of each row.
    """

    layout: Layout
    row_layout: Layout
    columns: Columns
    detour_diagonal: Tensor | None
    block_row_norms: np.ndarray
    row_norms: np.ndarray
    exponent: np.ndarray

    def frobenius(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the Frobenius norms of a block, mantissas (S, N) and exponents (S, N).

        Args:
            later: the states of its rows, neighbours in the layout.
            earlier: the states of its columns, likewise.
        """
        first = self.layout.names.index(earlier[0])
        block_row_norms = self.block_row_norms[
            :, :, self.row_layout.slice_of(*later), first : first + len(earlier)
        ]
        return _root_sum_squares(
            block_row_norms, self.exponent[:, :, self.row_layout.slice_of(*later)]
        )

    def parts(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[list[Tensor], np.ndarray]:
        """Return a block as columns (S * N, rows, n), and exponents (S * N).

        All rows at one exponent, the largest: what is 2^-149 of that flushes to zero.
        """
        rows = self.row_layout.slice_of(*later)
        first = self.layout.names.index(earlier[0])
        used = (
            self.block_row_norms[:, :, rows, first : first + len(earlier)] != 0
        ).any(-1)
        parts = [self.columns[name][:, :, rows].flatten(0, 1) for name in earlier]
        exponent = self.exponent[:, :, rows]
        return at_one_exponent(parts, _flat(exponent), _flat(np.asarray(used)))

    def matrix(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[Tensor, np.ndarray]:
        """Return :meth:`parts` as one matrix (S * N, rows, columns)."""
        parts, exponent = self.parts(later, earlier)
        return parts[0] if len(parts) == 1 else torch.cat(parts, -1), exponent

    def at(self, steps: slice) -> "Products":
        """Return the products after some of the steps, views."""
        detour = self.detour_diagonal
        return Products(
            self.layout,
            self.row_layout,
            {name: column[steps] for name, column in self.columns.items()},
            None if detour is None else detour[steps],
            self.block_row_norms[steps],
            self.row_norms[steps],
            self.exponent[steps],
        )

    def detours(self) -> tuple[Tensor, np.ndarray]:
        """Return the carry's own block less the conveyor, (S * N, n, n), exponents."""
        carry = self.layout.names[-1]
        rows = self.row_layout.slice_of(carry)
        own = self.columns[carry][:, :, rows].flatten(0, 1).clone()
        diagonal = own.diagonal(dim1=-2, dim2=-1)
        if self.detour_diagonal is None:
            diagonal.zero_()
        else:
            diagonal.copy_(self.detour_diagonal.flatten(0, 1))
        exponent = _flat(self.exponent[:, :, rows])
        used = _flat(self.block_row_norms[:, :, rows, -1] != 0)
        (own,), exponent = at_one_exponent([own], exponent, used)
        return own, exponent

    def times(self, blocks: dict[str, Tensor]) -> tuple[Tensor, np.ndarray]:
        """Return the products with blocks (N, n, m) by earlier state, and exponents.

        Of a single step, S = 1: (N, rows, m) at one exponent, (N).
        """
        parts, exponent = self.parts(self.row_layout.names, self.layout.names)
        total: Tensor | None = None
        for part, name in zip(parts, self.layout.names, strict=True):
            block = pad_to_multiple(blocks[name], 2)
            if total is None:
                total = bmm(part, block)
            else:
                baddbmm_(total, part, block)
        assert total is not None, "a cell has states"
        return total, exponent


def at_one_exponent(
    parts: list[Tensor], exponent: np.ndarray, used: np.ndarray
) -> tuple[list[Tensor], np.ndarray]:
    """Return matrices (M, rows, n) with an exponent a row, (M, rows), at one, (M).

    At the largest of the rows that are ``used``, i.e. not zero. Uncopied where rows
    have one exponent already.
    """
    low = np.iinfo(np.int64).min // 2
    largest = np.where(used, exponent, low).max(-1)
    top = np.where(used.any(-1), largest, exponent[:, 0])
    shift = np.where(used, exponent - top[:, None], 0)
    if shift.any():
        factor = torch.from_numpy(np.ldexp(1.0, shift)).to(parts[0])[:, :, None]
        parts = [part * factor for part in parts]
    return parts, top


def _root_sum_squares(
    block_row_norms: np.ndarray, exponent: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return norms (S, N) of parts (S, N, rows, columns) with exponents (S, N, rows).

    Squares are taken near 1 where exponents differ or the squares would leave float64's
    range; scaling by powers of two gives the same digits either way.
    """
    steps, count = block_row_norms.shape[:2]
    top = exponent[:, :, 0]
    same_scale = (exponent == top[:, :, None]).all() and (
        block_row_norms < 2.0**400
    ).all()
    if not same_scale:
        mantissa, more = np.frexp(block_row_norms)
        each = exponent[..., None] + more
        used = np.isfinite(mantissa) & (mantissa != 0)
        low = np.iinfo(np.int64).min // 2
        largest = np.where(used, each, low).max((-2, -1))
        top = np.where(used.any((-2, -1)), largest, top)
        shift = np.where(used, each - top[:, :, None, None], 0)
        block_row_norms = np.ldexp(mantissa, np.maximum(shift, -2000))
    flat = np.ascontiguousarray(block_row_norms.reshape(steps * count, -1))
    with np.errstate(invalid="ignore"):
        return np.sqrt((flat * flat).sum(axis=-1)).reshape(steps, count), top


def _flat(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, values.shape[-1])
