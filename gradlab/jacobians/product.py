"""The product J_T ... J_{t+1}, advanced by spans of steps, with an exponent a row.

P <- P J_t multiplies from the right, so rows do not mix: each can be scaled by a power
of two of its own, exactly, and a row that decays by e^-700 while another stays is as
right as alone. Inside a row the format's range remains.

Carry, conveyor, detours and span are defined in :mod:`gradlab.jacobians`.
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
from gradlab.jacobians.row_norms import block_row_norms, row_norms
from gradlab.jacobians.underflow import find_underflow
from gradlab.numerics.logscale import exponents_np


# Norms of rows between which a span is accepted; squares of squares are still floats.
_SMALLEST_ROW, _LARGEST_ROW = 2.0**-30, 2.0**30
_RESCALE_BEYOND = 20  # binary exponent of a row's norm
_RESCALE_EVERY = 8  # steps
_SHARED_RANGE = 12  # rows within 2^12 of the largest share its exponent


class Product:
    """N products, one column block per earlier state: P <- P J_t.

    For the rows of all later states or of some. Widths are padded as the layout says.
    Rescaling is by powers of two, so the digits are those of plain arithmetic: other
    members may decide when a row is rescaled, and change no digit by it. Exact over
    any range between rows; inside a row see ``may_underflow``.

    Args:
        layout: of the earlier states.
        columns: values (exponent 0) by earlier state, (N, rows, n).
        row_layout: the layout of the later states; that of all of them when left out.
        conveyor: whether J_t includes the conveyor.
        detours: whether to compute the diagonal R of the detours, too (off the diagonal
            they are the carry's own block of the product). With d the conveyor and k
            the diagonal of that block of P (J_t less the conveyor), R <- R d + k: no
            difference of large numbers.

    Attributes:
        columns: mantissas by earlier state, (N, rows, n).
        exponent: (N, rows) int64, the powers of two taken out of each row.
        block_row_norms: (N, rows, states) float64, of the mantissas' rows by column
            block.
        row_norms: (N, rows) float64, of the whole rows.
        detour_diagonal: R as mantissas, (N, n), or None.
        steps: how many J_t were multiplied.
        may_underflow: (N), where entries came so near the end of the format's range
            that another may have been flushed to zero.
    """

    def __init__(
        self,
        layout: Layout,
        columns: Columns,
        *,
        row_layout: Layout | None = None,
        conveyor: bool = True,
        detours: bool = False,
    ) -> None:
        self.layout, self.row_layout = layout, row_layout or layout
        plain = torch.contiguous_format  # LAPACK's results are column by column
        self.columns = {
            name: column.clone(memory_format=plain) for name, column in columns.items()
        }
        self.conveyor = conveyor
        first = next(iter(columns.values()))
        self.count = first.shape[0]
        self.detour_diagonal: Tensor | None = None
        if detours:
            width = layout.padded_widths[-1]
            self.detour_diagonal = first.new_zeros(self.count, width)
        self.exponent = np.zeros(tuple(first.shape[:2]), dtype=np.int64)
        self.may_underflow = np.zeros(self.count, dtype=bool)
        self.steps = 0
        self._buffer: _Buffer | None = None
        alone = [column[None] for column in self.columns.values()]
        self.block_row_norms = block_row_norms(alone)[0]
        self.row_norms = row_norms(self.block_row_norms)

    @classmethod
    def identity(
        cls,
        layout: Layout,
        count: int,
        like: Tensor,
        *,
        row_layout: Layout | None = None,
        **kw,
    ) -> "Product":
        """Return ``count`` products at lag 0: the identity, or those rows of it."""
        eye = layout.identity(like)
        if row_layout is not None:
            eye = torch.cat([eye[layout.slice_of(name)] for name in row_layout.names])
        columns = {
            name: eye[:, layout.slice_of(name)].expand(count, -1, -1)
            for name in layout.names
        }
        return cls(layout, columns, row_layout=row_layout, **kw)

    def current(self) -> Products:
        """Return the products as they are, S = 1."""
        detour = self.detour_diagonal
        return Products(
            self.layout,
            self.row_layout,
            {name: column[None] for name, column in self.columns.items()},
            None if detour is None else detour[None],
            self.block_row_norms[None],
            self.row_norms[None],
            self.exponent[None],
        )

    def advance(self, span: JacobianSpan) -> Products:
        """Multiply by each J_t of a span; return the products after each of them."""
        with np.errstate(invalid="ignore"):
            if self._buffer is None or self._buffer.steps < span.steps:
                self._buffer = _Buffer.of(self, span.steps)
            before = self.exponent + exponents_np(self.row_norms)
            after = self._products(self._buffer, span.steps)
            self._multiply_all(list(span), after)
            scratch = self._buffer.scratch
            self.may_underflow |= find_underflow(span, before, after, scratch)
        return after

    def pick(self, index: np.ndarray) -> "Product":
        """Return a copy of the products at ``index`` of N.

        Without the detours; ``may_underflow`` starts as false again, since the walk
        that these products are from reports what happened until here.
        """
        place = torch.from_numpy(index)
        columns = {name: column[place] for name, column in self.columns.items()}
        return self._with_same_settings(columns, self.exponent[index])

    def concatenate(self, other: "Product") -> "Product":
        """Return these products and the other's, in this order."""
        columns = {
            name: torch.cat([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        found = self._with_same_settings(
            columns, np.concatenate([self.exponent, other.exponent])
        )
        found.may_underflow = np.concatenate([self.may_underflow, other.may_underflow])
        return found

    def keep_columns(self, names: tuple[str, ...]) -> "Product":
        """Return the product's columns of some states, by as few rows as they are wide.

        For products that multiply those columns alone from here on. P = Q R with
        orthonormal Q, and R has the singular values of P, here and after every step.
        """
        whole = self.current()
        columns, exponent = whole.matrix(self.row_layout.names, names)
        triangle = _triangular(columns)
        widths = [whole.columns[name].shape[-1] for name in names]
        layout = self.layout.part(names)
        parts = dict(zip(names, triangle.split(widths, dim=-1), strict=True))
        kept = Product(
            layout, parts, row_layout=Layout(("rows",), (triangle.shape[-2],))
        )
        kept.exponent += exponent[:, None]
        kept.steps = self.steps
        kept.may_underflow = self.may_underflow.copy()
        return kept

    def _with_same_settings(self, columns: Columns, exponent: np.ndarray) -> "Product":
        product = Product(
            self.layout, columns, row_layout=self.row_layout, conveyor=self.conveyor
        )
        product.exponent, product.steps = exponent.copy(), self.steps
        return product

    def _products(self, buffer: "_Buffer", steps: int) -> Products:
        """Return products after some steps, to be filled in."""
        shape = (steps, *self.exponent.shape)
        return Products(
            self.layout,
            self.row_layout,
            {name: column[:steps] for name, column in buffer.columns.items()},
            None if buffer.detour is None else buffer.detour[:steps],
            np.empty((*shape, len(self.columns))),
            np.empty(shape),
            np.empty(shape, dtype=np.int64),
        )

    def _multiply_all(self, steps: list[BatchedJacobian], after: Products) -> None:
        """Advance by several steps, by halves where a row leaves the range."""
        if len(steps) == 1:
            self._multiply_one(steps[0], after)
        elif not self._multiply(steps, after):
            half = len(steps) // 2
            self._multiply_all(steps[:half], after.at(slice(half)))
            self._multiply_all(steps[half:], after.at(slice(half, None)))

    def _multiply(self, steps: list[BatchedJacobian], after: Products) -> bool:
        """Advance by several steps; return whether all rows stayed in range.

        Where one did not, nothing but ``after`` has changed.
        """
        norms = self._try_steps(steps, after)
        was_finite = np.isfinite(self.row_norms)
        inside = (norms > _SMALLEST_ROW) & (norms < _LARGEST_ROW)
        accepted = (norms == 0) | inside | ~was_finite
        if accepted.all():
            self._continue_from(after)
        return bool(accepted.all())

    def _multiply_one(self, step: BatchedJacobian, after: Products) -> None:
        """Advance by one step, wherever it takes rows.

        Where it overflows, rows are rescaled to norms near 1 and it is done again.
        """
        if self._multiply([step], after):
            return
        was_finite = np.isfinite(self.row_norms)
        norms = self._try_steps([step], after)
        if not np.isfinite(norms[0][was_finite]).all():
            self._rescale(exponents_np(self.row_norms))
            self._try_steps([step], after)
        self._continue_from(after)

    def _try_steps(self, steps: list[BatchedJacobian], after: Products) -> np.ndarray:
        """Write the products after each step; return the norms of their rows."""
        before, diagonals = self.columns, after.detour_diagonal
        own_rows = self._own_rows if diagonals is not None else slice(0)
        for k, step in enumerate(steps):
            out = {name: column[k] for name, column in after.columns.items()}
            multiply_jacobian(
                before,
                step,
                out,
                conveyor=self.conveyor,
                non_conveyor_diagonal=None if diagonals is None else diagonals[k],
                own_rows=own_rows,
            )
            before = out
        if diagonals is not None:
            previous = self.detour_diagonal
            for diagonal, step in zip(diagonals, steps, strict=True):
                assert step.conveyor is not None, "detours are those of a conveyor"
                diagonal.addcmul_(previous, step.conveyor)
                previous = diagonal
        after.block_row_norms[:] = block_row_norms(list(after.columns.values()))
        after.row_norms[:] = row_norms(after.block_row_norms)
        return after.row_norms

    @property
    def _own_rows(self) -> slice:
        """The rows of the carry."""
        return self.row_layout.slice_of(self.layout.names[-1])

    def _continue_from(self, after: Products) -> None:
        """Continue from the last of the products, rescaled where that is due."""
        after.exponent[:] = self.exponent
        self.steps += len(after.row_norms)
        for name, column in self.columns.items():
            column.copy_(after.columns[name][-1])
        if self.detour_diagonal is not None and after.detour_diagonal is not None:
            self.detour_diagonal.copy_(after.detour_diagonal[-1])
        self.block_row_norms = after.block_row_norms[-1].copy()
        self.row_norms = after.row_norms[-1].copy()
        self._rescale_if_due()

    def _rescale_if_due(self) -> None:
        """Bring mantissas back near 1.

        In a matrix with a row beyond 2^+-20; and in all where the number of steps is a
        multiple of eight. Rows that are not much smaller than the largest of their
        matrix share its exponent, so that products whose rows are alike have one.
        """
        row_exponents = exponents_np(self.row_norms)
        due = (np.abs(row_exponents) >= _RESCALE_BEYOND).any(-1)
        due |= self.steps % _RESCALE_EVERY == 0
        used = np.isfinite(self.row_norms) & (self.row_norms > 0)
        true = self.exponent + row_exponents
        largest = np.where(used, true, np.iinfo(np.int64).min // 2).max(-1)
        top = np.where(used.any(-1), largest, self.exponent[:, 0])[:, None]
        wanted = np.where(used & (top - true > _SHARED_RANGE), true, top)
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
                self.detour_diagonal.mul_(factor[:, self._own_rows])
        self.block_row_norms = np.ldexp(self.block_row_norms, -shift[:, :, None])
        self.row_norms = np.ldexp(self.row_norms, -shift)
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


def _triangular(columns: Tensor) -> Tensor:
    """Return R of columns = Q R, (N, n, n); matrices that are not finite give NaN."""
    if columns.shape[-2] <= columns.shape[-1]:
        return columns
    finite = torch.isfinite(columns).all(-1).all(-1)
    safe = torch.where(finite[:, None, None], columns, 0.0)
    factor = torch.linalg.qr(safe, mode="r").R
    return torch.where(finite[:, None, None], factor, torch.nan)
