"""The product J_T ... J_{t+1}, advanced by spans of steps, with an exponent a row.

P <- P J_t multiplies from the right, so rows do not mix: each can be scaled by a power
of two of its own, exactly, and a row that decays by e^-700 while another stays is as
right as alone. Inside a row the format's range remains.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import (
    BatchedJacobian,
    Columns,
    JacobianSpan,
    multiply_jacobian,
)
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.products import Products
from gradlab.jacobians.underflow import find_underflow
from gradlab.numerics.logscale import exponents, normalized, vector_norms


_LOW, _HIGH = 2.0**-30, 2.0**30  # of rows; squares of squares are still floats
_FAR, _OFTEN = 20, 8
_ALIKE = 12  # rows within 2^12 of the largest share its exponent
_SQUARES = {torch.float32: 2.0**45, torch.float64: 2.0**450}  # of rows: are in range


class Product:
    """N products, one column block per earlier state: P <- P J_t.

    For the rows of all later states or of some. Widths are padded as the layout says.
    Rescaling is by powers of two, so the digits are those of plain arithmetic: other
    members may decide when a row is rescaled, and change no digit by it. Exact over
    any range between rows; inside a row see ``may_underflow``.

    Args:
        layout: of the earlier states.
        columns: mantissas by earlier state, (N, rows, n).
        rows: the layout of the later states; that of all of them when left out.
        conveyor: whether J_t includes the conveyor.
        detours: whether to carry the diagonal of the detours, of the carry's own block
            less the conveyor. Off the diagonal the two are the same. It is computed as
            R <- R k + what enters by other blocks, not as a difference.

    Attributes:
        may_underflow: (N), where entries came so near the end of the format's range
            that another may have been flushed to zero.
    """

    def __init__(
        self,
        layout: Layout,
        columns: Columns,
        *,
        rows: Layout | None = None,
        conveyor: bool = True,
        detours: bool = False,
    ) -> None:
        self.layout, self.rows = layout, rows or layout
        plain = torch.contiguous_format  # LAPACK's results are column by column
        self.columns = {
            name: column.clone(memory_format=plain) for name, column in columns.items()
        }
        self.conveyor = conveyor
        first = next(iter(columns.values()))
        self.count = first.shape[0]
        self.detour_diagonal: Tensor | None = None
        if detours:
            size = layout.sizes[-1]
            self.detour_diagonal = first.new_zeros(self.count, size)
        self.exponent = np.zeros(tuple(first.shape[:2]), dtype=np.int64)
        self.may_underflow = np.zeros(self.count, dtype=bool)
        self.age = 0
        self._buffer: _Buffer | None = None
        self.norms = _row_norms([c[None] for c in self.columns.values()])[0]
        self.totals = _totals(self.norms)

    @classmethod
    def identity(
        cls,
        layout: Layout,
        count: int,
        like: Tensor,
        *,
        rows: Layout | None = None,
        **kw,
    ) -> "Product":
        """Return ``count`` products at lag 0: the identity, or those rows of it."""
        eye = layout.identity(like)
        if rows is not None:
            eye = torch.cat([eye[layout.rows(name)] for name in rows.names])
        columns = {
            name: eye[:, layout.rows(name)].expand(count, -1, -1)
            for name in layout.names
        }
        return cls(layout, columns, rows=rows, **kw)

    def current(self) -> Products:
        """Return the products as they are, S = 1."""
        detour = self.detour_diagonal
        return Products(
            self.layout,
            self.rows,
            {name: column[None] for name, column in self.columns.items()},
            None if detour is None else detour[None],
            self.norms[None],
            self.totals[None],
            self.exponent[None],
        )

    def advance(self, span: JacobianSpan) -> Products:
        """Multiply by each J_t of a span; return the products after each of them."""
        with np.errstate(invalid="ignore"):
            if self._buffer is None or self._buffer.steps < span.steps:
                self._buffer = _Buffer.of(self, span.steps)
            before = self.exponent + exponents(self.totals)
            after = self._products(self._buffer, span.steps)
            self._multiply_all(list(span), after)
            scratch = self._buffer.scratch
            self.may_underflow |= find_underflow(span, before, after, scratch)
        return after

    def pick(self, rows: np.ndarray) -> "Product":
        """Return a copy of the products at ``rows`` of N, without the detours."""
        index = torch.from_numpy(rows)
        columns = {name: col[index] for name, col in self.columns.items()}
        return self._like(columns, self.exponent[rows])

    def concatenate(self, other: "Product") -> "Product":
        """Return these products and the other's, in this order."""
        columns = {
            name: torch.cat([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        found = self._like(columns, np.concatenate([self.exponent, other.exponent]))
        found.may_underflow = np.concatenate([self.may_underflow, other.may_underflow])
        return found

    def keep_columns(self, names: tuple[str, ...]) -> "Product":
        """Return the product's columns of some states, by as few rows as they are wide.

        For products that multiply those columns alone from here on. P = Q R with
        orthonormal Q, and R has the singular values of P, here and after every step.
        """
        whole = self.current()
        columns, exponent = whole.matrix(self.rows.names, names)
        triangle = _triangular(columns)
        widths = [whole.columns[name].shape[-1] for name in names]
        layout = self.layout.part(names)
        parts = dict(zip(names, triangle.split(widths, dim=-1), strict=True))
        kept = Product(layout, parts, rows=Layout(("rows",), (triangle.shape[-2],)))
        kept.exponent += exponent[:, None]
        kept.may_underflow = self.may_underflow.copy()
        return kept

    def _like(self, columns: Columns, exponent: np.ndarray) -> "Product":
        product = Product(self.layout, columns, rows=self.rows, conveyor=self.conveyor)
        product.exponent, product.age = exponent.copy(), self.age
        return product

    def _products(self, buffer: "_Buffer", steps: int) -> Products:
        """Return products after some steps, to be filled in."""
        shape = (steps, *self.exponent.shape)
        return Products(
            self.layout,
            self.rows,
            {name: column[:steps] for name, column in buffer.columns.items()},
            None if buffer.detour is None else buffer.detour[:steps],
            np.empty((*shape, len(self.columns))),
            np.empty(shape),
            np.empty(shape, dtype=np.int64),
        )

    def _multiply_all(self, steps: list[BatchedJacobian], after: Products) -> None:
        """Advance by some steps, by halves where rows leave the range on the way."""
        if len(steps) == 1:
            self._multiply_alone(steps[0], after)
        elif not self._multiply(steps, after):
            half = len(steps) // 2
            self._multiply_all(steps[:half], after.at(slice(half)))
            self._multiply_all(steps[half:], after.at(slice(half, None)))

    def _multiply(self, steps: list[BatchedJacobian], after: Products) -> bool:
        """Advance by some steps; say whether all rows stayed in range.

        Where one did not, nothing but ``after`` has changed.
        """
        size = self._attempt(steps, after)
        was_finite = np.isfinite(self.totals)
        kept = (size == 0) | (size > _LOW) & (size < _HIGH) | ~was_finite
        if kept.all():
            self._continue_from(after, size)
        return bool(kept.all())

    def _multiply_alone(self, step: BatchedJacobian, after: Products) -> None:
        """Advance by one step that takes rows far; overflow is tried from 1."""
        if self._multiply([step], after):
            return
        was_finite = np.isfinite(self.totals)
        size = self._attempt([step], after)
        if not np.isfinite(size[0][was_finite]).all():
            self._rescale(exponents(self.totals))
            size = self._attempt([step], after)
        self._continue_from(after, size)

    def _attempt(self, steps: list[BatchedJacobian], after: Products) -> np.ndarray:
        """Write the products after each step; return the norms of their rows."""
        before, entered = self.columns, after.detour_diagonal
        own = self.rows.rows(self.layout.names[-1]) if entered is not None else slice(0)
        for k, step in enumerate(steps):
            out = {name: column[k] for name, column in after.columns.items()}
            diagonal = None if entered is None else entered[k]
            multiply_jacobian(
                *(before, step, out), conveyor=self.conveyor, entered=diagonal, own=own
            )
            before = out
        if entered is not None:
            carried = self.detour_diagonal
            for diagonal, step in zip(entered, steps, strict=True):
                assert step.conveyor is not None, "detours are those of a conveyor"
                diagonal.addcmul_(carried, step.conveyor)
                carried = diagonal
        after.norms[:] = _row_norms(list(after.columns.values()))
        after.totals[:] = _totals(after.norms)
        return after.totals

    def _continue_from(self, after: Products, size: np.ndarray) -> None:
        """Continue from the last of the products, rescaled where that is due."""
        after.exponent[:] = self.exponent
        self.age += len(size)
        for name, column in self.columns.items():
            column.copy_(after.columns[name][-1])
        if self.detour_diagonal is not None and after.detour_diagonal is not None:
            self.detour_diagonal.copy_(after.detour_diagonal[-1])
        self.norms, self.totals = after.norms[-1].copy(), size[-1].copy()
        self._rescale_if_due(size[-1])

    def _rescale_if_due(self, size: np.ndarray) -> None:
        """Bring mantissas back near 1: far ones at once, all every few steps.

        Rows that are not much smaller than the largest of their matrix share its
        exponent, so that products whose rows are alike have one exponent.
        """
        own = exponents(size)
        due = (np.abs(own) >= _FAR).any(-1) | (self.age % _OFTEN == 0)
        used = np.isfinite(size) & (size > 0)
        true = self.exponent + own
        largest = np.where(used, true, np.iinfo(np.int64).min // 2).max(-1)
        top = np.where(used.any(-1), largest, self.exponent[:, 0])[:, None]
        wanted = np.where(used & (top - true > _ALIKE), true, top)
        shift = np.where(due[:, None], wanted - self.exponent, 0)
        if shift.any():
            self._rescale(shift)

    def _rescale(self, shift: np.ndarray) -> None:
        """Take 2^shift (N, rows) out of the rows' mantissas, exactly."""
        half = shift // 2  # one power of two of float32 ends at 2^127
        like = next(iter(self.columns.values()))
        for part in (half, shift - half):
            factor = torch.from_numpy(np.ldexp(1.0, -part)).to(like)
            for column in self.columns.values():
                column.mul_(factor[:, :, None])
            if self.detour_diagonal is not None:
                own = self.rows.rows(self.layout.names[-1])
                self.detour_diagonal.mul_(factor[:, own])
        self.norms = np.ldexp(self.norms, -shift[:, :, None])
        self.totals = np.ldexp(self.totals, -shift)
        self.exponent = self.exponent + shift


@dataclass(frozen=True)
class _Buffer:
    """Memory for products after several steps, (steps, N, rows, n), used again.

    New memory costs page faults, several times as much as what is written to it.
    """

    steps: int
    columns: Columns
    detour: Tensor | None
    scratch: Tensor

    @classmethod
    def of(cls, product: Product, steps: int) -> "_Buffer":
        """Return memory for ``steps`` products of the same shapes."""
        columns = {n: c.new_empty(steps, *c.shape) for n, c in product.columns.items()}
        detour = product.detour_diagonal
        return cls(
            steps,
            columns,
            None if detour is None else detour.new_empty(steps, *detour.shape),
            max((c.new_empty(c.numel()) for c in columns.values()), key=len),
        )


def _totals(norms: np.ndarray) -> np.ndarray:
    """Return the norms (…, rows) of whole rows from those of their blocks."""
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.sqrt(np.einsum("...b,...b->...", norms, norms)))


def _row_norms(columns: list[Tensor]) -> np.ndarray:
    """Return the norms of rows (S, N, rows, n) by column block, (S, N, rows, blocks).

    Rows whose squares come near the ends of the range are scaled and taken again.
    """
    limit = _SQUARES[columns[0].dtype]
    found = []
    for column in columns:
        flat = column.reshape(-1, column.shape[-1])
        norms = vector_norms(flat).double().cpu().numpy()
        unsafe = ~((norms > 1 / limit) & (norms < limit))
        unsafe &= ~np.isnan(norms)
        if unsafe.any():
            places = torch.from_numpy(np.flatnonzero(unsafe)).to(flat.device)
            shrunk, exponent = normalized(flat[places][:, None])
            again = vector_norms(shrunk[:, 0]).double().cpu().numpy()
            norms[unsafe] = np.ldexp(again, exponent.cpu().numpy())
        found.append(norms.reshape(column.shape[:-1]))
    return np.stack(found, -1)


def _triangular(columns: Tensor) -> Tensor:
    """Return R of columns = Q R, (N, n, n); matrices that are not finite give NaN."""
    if columns.shape[-2] <= columns.shape[-1]:
        return columns
    finite = torch.isfinite(columns).all(-1).all(-1)
    safe = torch.where(finite[:, None, None], columns, 0.0)
    factor = torch.linalg.qr(safe, mode="r").R
    return torch.where(finite[:, None, None], factor, torch.nan)
