"""The product J_T ... J_{t+1} with an exponent an entry: slow, right over any range.

Carry, conveyor and detours are defined in :mod:`gradlab.jacobians`.

For products whose entries lie so far apart inside a row that no row exponent keeps all
of them in a float's range: triangular and nearly diagonal recurrences.
"""

# An entry is a float64 mantissa m, 1/2 <= |m| < 1 or 0, times 2^e. To multiply, entries
# are sorted into slices of exponents within 400 of each other. A slice is a plain
# float64 matrix with nonzero entries between 2^-1 and 2^400, so the terms of a product
# of two slices lie between 2^-2 and 2^800: matrix kernels can be used, nothing is
# flushed and nothing overflows. The products of all pairs of slices are then added
# entry by entry, at the exponent of the largest of them. Slices that are empty add
# exact zeros, so it does not matter which slices other members have.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import BatchedJacobian, JacobianSpan
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple


_SLICE = 400
_ZERO = -(2**40)  # the exponent of zero


@dataclass(frozen=True)
class Entries:
    """Numbers mantissa * 2^exponent, of one shape; float64 and int64."""

    mantissa: np.ndarray
    exponent: np.ndarray

    @classmethod
    def of(cls, values: Tensor | np.ndarray, exponent: np.ndarray | int = 0):
        """Return values times 2^exponent, normalised."""
        if isinstance(values, Tensor):
            values = values.double().cpu().numpy()
        mantissa, more = np.frexp(values)
        exponent = more.astype(np.int64) + exponent
        return cls(mantissa, np.where(mantissa == 0, np.int64(_ZERO), exponent))

    def __getitem__(self, key) -> "Entries":
        return Entries(self.mantissa[key], self.exponent[key])

    def plus(self, other: "Entries") -> "Entries":
        """Return the sum, entry by entry."""
        top = np.maximum(self.exponent, other.exponent)
        parts = (
            np.ldexp(x.mantissa, np.maximum(x.exponent - top, -2000))
            for x in (self, other)
        )
        with np.errstate(invalid="ignore"):
            return Entries.of(sum(parts), top)

    def times_matrix(self, matrices: Tensor) -> "Entries":
        """Return the product of these (N, rows, n) with float matrices (N, n, m)."""
        right = Entries.of(matrices)
        products = [
            Entries.of(bmm(a, b), shift_a + shift_b)
            for shift_a, a in self._slices(matrices.device)
            for shift_b, b in right._slices(matrices.device)
        ]
        return reduce(Entries.plus, products)

    def times_diagonal(self, diagonals: Tensor) -> "Entries":
        """Return the product of these (N, rows, n) with diag of (N, n)."""
        factors = Entries.of(diagonals[:, None])
        with np.errstate(invalid="ignore"):
            values = self.mantissa * factors.mantissa
        return Entries.of(values, self.exponent + factors.exponent)

    def at_one_exponent(self) -> tuple[np.ndarray, np.ndarray]:
        """Return matrices (N, rows, n) at their largest exponent, (N)."""
        top = self.exponent.max((-2, -1))
        top = np.where(top == _ZERO, 0, top)
        shift = np.maximum(self.exponent - top[:, None, None], -2000)
        return np.ldexp(self.mantissa, shift), top

    def _slices(self, device: torch.device) -> Iterator[tuple[int, Tensor]]:
        """Yield the nonempty slices with their shifts, the smallest first."""
        number = self.exponent // _SLICE
        for k in np.unique(number[self.mantissa != 0]) if self.mantissa.any() else [0]:
            inside = number == k
            shift = np.where(inside, self.exponent - k * _SLICE, 0)
            values = np.where(inside, np.ldexp(self.mantissa, shift), 0.0)
            yield int(k) * _SLICE, torch.from_numpy(values).to(device)


class EntryProducts:
    """Products after each of several steps; as :class:`~.products.Products`.

    Attributes:
        layout, row_layout: of the columns and of the rows.
        entries: of each step, (N, rows, columns).
        detour_diagonals: of each step, (N, n), or None.
    """

    def __init__(
        self,
        layout: Layout,
        row_layout: Layout,
        entries: Sequence[Entries],
        detour_diagonals: Sequence[Entries] | None,
        like: Tensor,
    ) -> None:
        self.layout, self.row_layout, self.like = layout, row_layout, like
        self.entries, self.detour_diagonals = entries, detour_diagonals

    def at(self, steps: slice) -> "EntryProducts":
        """Return the products after some of the steps."""
        detours = self.detour_diagonals
        detours = None if detours is None else detours[steps]
        entries = self.entries[steps]
        return EntryProducts(self.layout, self.row_layout, entries, detours, self.like)

    def frobenius(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the Frobenius norms of a block, mantissas (S, N) and exponents."""
        found = [self._block(k, later, earlier) for k in range(len(self.entries))]
        parts = [block.at_one_exponent() for block in found]
        norms = [np.sqrt((np.square(m)).sum((-2, -1))) for m, _ in parts]
        return np.stack(norms), np.stack([exponent for _, exponent in parts])

    def matrix(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[Tensor, np.ndarray]:
        """Return a block (S * N, rows, columns) at its largest exponents, (S * N)."""
        found = [self._block(k, later, earlier) for k in range(len(self.entries))]
        return self._stacked(found)

    def parts(
        self, later: Sequence[str], earlier: Sequence[str]
    ) -> tuple[list[Tensor], np.ndarray]:
        """Return :meth:`matrix` as the only one of several columns."""
        matrix, exponent = self.matrix(later, earlier)
        return [matrix], exponent

    def detours(self) -> tuple[Tensor, np.ndarray]:
        """Return the carry's own block less the conveyor, (S * N, n, n), exponents."""
        assert self.detour_diagonals is not None, "computed where they are wanted"
        carry = self.layout.names[-1:]
        found = []
        for k, diagonal in enumerate(self.detour_diagonals):
            block = self._block(k, carry, carry)
            place = np.arange(diagonal.mantissa.shape[-1])
            mantissa, exponent = block.mantissa.copy(), block.exponent.copy()
            mantissa[:, place, place] = diagonal.mantissa
            exponent[:, place, place] = diagonal.exponent
            found.append(Entries(mantissa, exponent))
        return self._stacked(found)

    def times(self, blocks: dict[str, Tensor]) -> tuple[Tensor, np.ndarray]:
        """Return the product with blocks (N, n, m) by earlier state, S = 1."""
        whole = [pad_to_multiple(blocks[name], 2) for name in self.layout.names]
        found = self.entries[0].times_matrix(torch.cat(whole, -2).double())
        return self._stacked([found])

    def _block(self, k: int, later: Sequence[str], earlier: Sequence[str]) -> Entries:
        rows, columns = self.row_layout.slice_of(*later), self.layout.slice_of(*earlier)
        return self.entries[k][:, rows, columns]

    def _stacked(self, found: list[Entries]) -> tuple[Tensor, np.ndarray]:
        values, exponents = zip(*(e.at_one_exponent() for e in found), strict=True)
        matrices = torch.from_numpy(np.concatenate(values)).to(self.like.device)
        return matrices, np.concatenate(exponents)


class EntryProduct:
    """N products with an exponent an entry; as :class:`~.product.Product`.

    Args:
        layout: of the earlier states.
        entries: (N, rows, columns).
        row_layout: the layout of the later states.
        like: any tensor of the device.
        conveyor: whether J_t includes the conveyor.
        detours: whether to compute the diagonal of the detours, too.
    """

    def __init__(
        self,
        layout: Layout,
        entries: Entries,
        *,
        row_layout: Layout,
        like: Tensor,
        conveyor: bool = True,
        detours: bool = False,
    ) -> None:
        self.layout, self.row_layout, self.like = layout, row_layout, like
        self.entries, self.conveyor = entries, conveyor
        self.count = len(entries.mantissa)
        self.may_underflow = np.zeros(self.count, dtype=bool)
        self.detour_diagonal: Entries | None = None
        if detours:
            self.detour_diagonal = Entries.of(
                np.zeros((self.count, layout.padded_widths[-1]))
            )

    @classmethod
    def identity(
        cls,
        layout: Layout,
        count: int,
        like: Tensor,
        *,
        row_layout: Layout | None = None,
        **kw,
    ) -> "EntryProduct":
        """Return ``count`` products at lag 0: the identity, or those rows of it."""
        eye = layout.identity(like)
        row_layout = row_layout or layout
        eye = torch.cat([eye[layout.slice_of(name)] for name in row_layout.names])
        entries = Entries.of(eye.expand(count, -1, -1))
        return cls(layout, entries, row_layout=row_layout, like=like, **kw)

    def current(self) -> EntryProducts:
        """Return the products as they are, S = 1."""
        detours = None if self.detour_diagonal is None else [self.detour_diagonal]
        return EntryProducts(
            self.layout, self.row_layout, [self.entries], detours, self.like
        )

    def advance(self, span: JacobianSpan) -> EntryProducts:
        """Multiply by each J_t of a span; return the products after each of them."""
        after, detours = [], []
        for step in span:
            self._advance(step)
            after.append(self.entries)
            if self.detour_diagonal is not None:
                detours.append(self.detour_diagonal)
        given = None if self.detour_diagonal is None else detours
        return EntryProducts(self.layout, self.row_layout, after, given, self.like)

    def pick(self, index: np.ndarray) -> "EntryProduct":
        """Return the products at ``index`` of N, without the detours."""
        return EntryProduct(
            self.layout,
            self.entries[index],
            row_layout=self.row_layout,
            like=self.like,
            conveyor=self.conveyor,
        )

    def concatenate(self, other: "EntryProduct") -> "EntryProduct":
        """Return these products and the other's, in this order."""
        both = (self.entries, other.entries)
        entries = Entries(
            np.concatenate([e.mantissa for e in both]),
            np.concatenate([e.exponent for e in both]),
        )
        return EntryProduct(
            self.layout, entries, row_layout=self.row_layout, like=self.like
        )

    def keep_columns(self, names: tuple[str, ...]) -> "EntryProduct":
        """Return the product's columns of some neighbouring states."""
        entries = self.entries[:, :, self.layout.slice_of(*names)]
        layout = self.layout.part(names)
        return EntryProduct(layout, entries, row_layout=self.row_layout, like=self.like)

    def _advance(self, step: BatchedJacobian) -> None:
        carry = self.layout.slice_of(self.layout.names[-1])
        before, conveyor = self.entries, step.conveyor
        names = self.layout.names
        columns = [
            torch.cat([step.block(later, name, conveyor=False) for later in names], -2)
            for name in names
        ]
        after = before.times_matrix(torch.cat(columns, -1))
        if conveyor is not None and self.conveyor and step.carry in names:
            if self.detour_diagonal is not None:
                own_rows = self.row_layout.slice_of(self.layout.names[-1])
                non_conveyor_diagonal = _diagonal(after[:, own_rows, carry])
                kept = self.detour_diagonal[:, None].times_diagonal(conveyor)[:, 0]
                self.detour_diagonal = kept.plus(non_conveyor_diagonal)
            by_conveyor = before[:, :, carry].times_diagonal(conveyor)
            whole = after[:, :, carry].plus(by_conveyor)
            after.mantissa[:, :, carry] = whole.mantissa
            after.exponent[:, :, carry] = whole.exponent
        self.entries = after


def _diagonal(block: Entries) -> Entries:
    return Entries(
        block.mantissa.diagonal(axis1=-2, axis2=-1),
        block.exponent.diagonal(axis1=-2, axis2=-1),
    )
