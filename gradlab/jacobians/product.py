"""The product J_T ... J_{t+1}, grown one step further back at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from gradlab.batched import multiply, multiply_add_
from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.slots import Slots
from gradlab.logscale import (
    Scaled,
    exponents,
    mend,
    plain_norms,
    rescaled,
    safe_range,
)


Columns = dict[str, Tensor]
_FAR, _OFTEN = 20, 8


class Product:
    """N products, held as one column block per earlier state: (N, rows, n).

    P <- P J_t, for the rows of all later states or of some. Widths are those of the
    layout, filled up to multiples of 16. The
    mantissas are those of plain arithmetic: they are multiplied by exact powers of
    two, each matrix by a rule that looks at it alone. Columns are written into slots
    that take turns; what is small is kept in NumPy, where an operation costs a tenth of torch's.

    Args of the constructor: ``rows`` is the layout of the later states, that of all of
    them when left out; ``conveyor=False`` leaves the conveyor out of every J_t,
    ``watch=True`` carries the detours (of the carry's own rows).

    Attributes:
        columns: mantissas by earlier state; overwritten when the slots come round.
        slots: where they are written; a stretch of the last steps stands together.
        exponent: (N) int64, powers of two taken out.
        norms: (N, later, earlier) float64, Frobenius norms of the mantissas' blocks.
        total: (N) float64, those of the whole mantissas.
        detour_diagonal: (N, n) mantissas of the diagonal of the detours, the carry's
            own block less the conveyor; None where there is no conveyor. Off the
            diagonal the two are the same, the conveyor being diagonal. It is carried,
            not subtracted: R <- R k + what enters by other roads.
    """

    def __init__(
        self,
        layout: Layout,
        columns: Columns,
        *,
        rows: Layout | None = None,
        conveyor: bool = True,
        watch: bool = False,
    ) -> None:
        self.layout = layout
        self.rows = rows or layout
        self.columns = columns
        self.conveyor, self.watch = conveyor, watch
        first = next(iter(columns.values()))
        self.exponent = np.zeros(first.shape[0], dtype=np.int64)
        self.detour_diagonal: Tensor | None = None
        self.age = 0
        self.slots = Slots(columns)
        self._term: Columns = {}
        self._weigh()

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
            name: eye[:, layout.rows(name)].expand(count, -1, -1).contiguous()
            for name in layout.names
        }
        return cls(layout, columns, rows=rows, **kw)

    @property
    def count(self) -> int:
        """N."""
        return self.exponent.size

    def norm(self, later: str, earlier: str) -> np.ndarray:
        """Return the Frobenius norms (N) of one block's mantissas."""
        column = list(self.columns).index(earlier)
        return self.norms[:, self.rows.names.index(later), column]

    def advance(self, step: FlatJacobian) -> None:
        """Multiply by J_t from the right and keep the mantissas in range."""
        before, were_finite = self.columns, np.isfinite(self.total)
        entered = self._step(before, step)
        if not np.isfinite(self.total[were_finite]).all():
            entered = self._again(before, step)
        if entered is not None and step.conveyor is not None:
            self._carry_detours(step.conveyor, entered)
        self.age += 1
        self.slots.turn()
        self._settle()

    def joint(self) -> Tensor:
        """Return the mantissas of all rows and columns, (N, rows, columns)."""
        columns = list(self.columns.values())
        return columns[0] if len(columns) == 1 else torch.cat(columns, dim=-1)

    def block(self, later: str, earlier: str) -> Tensor:
        """Return the mantissas of one block, (N, later, earlier)."""
        return self.columns[earlier][:, self.rows.rows(later)]

    @contextmanager
    def detours(self) -> Iterator[Tensor]:
        """Lend the mantissas of the detours, (N, n, n), until the block ends."""
        carry = self.layout.names[-1]
        own = self.block(carry, carry)
        diagonal = own.diagonal(dim1=-2, dim2=-1)
        total = diagonal.clone()
        if self.detour_diagonal is None:
            diagonal.zero_()
        else:
            diagonal.copy_(self.detour_diagonal)
        try:
            yield own
        finally:
            diagonal.copy_(total)

    def scaled(self) -> Scaled:
        """Return the whole product."""
        exponent = torch.from_numpy(self.exponent)
        return Scaled(self.layout.plain(self.joint()), exponent)

    def pick(self, rows: np.ndarray | slice = slice(None)) -> "Product":
        """Return a copy of the products at ``rows`` of N, apart from the detours."""
        index = rows if isinstance(rows, slice) else torch.from_numpy(rows)
        columns = {name: col[index].clone() for name, col in self.columns.items()}
        return self._like(columns, self.exponent[rows])

    def beside(self, other: "Product") -> "Product":
        """Return these products and the other's, in this order."""
        columns = {
            name: torch.cat([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        return self._like(columns, np.concatenate([self.exponent, other.exponent]))

    def _like(self, columns: Columns, exponent: np.ndarray) -> "Product":
        product = Product(self.layout, columns, rows=self.rows, conveyor=self.conveyor)
        product.exponent, product.age = exponent.copy(), self.age
        return product

    def _step(self, before: Columns, step: FlatJacobian) -> Tensor | None:
        """Set columns to ``before`` times J_t; return the diagonal of what entered."""
        spare = self.slots.ahead()
        result, entered = {}, None
        for earlier, own in before.items():
            into, filled = spare[earlier], False
            filled = self._by_all_roads(into, before, step, earlier)
            if earlier == step.carry and step.conveyor is not None and self.conveyor:
                if self.watch:
                    entered = self._entering(into, filled)
                filled = self._add(into, filled, own, step.conveyor)
            result[earlier] = into if filled else into.zero_()
        self.columns = result
        self._weigh()
        return entered

    def _by_all_roads(
        self, into: Tensor, before: Columns, step: FlatJacobian, earlier: str
    ) -> bool:
        """Fill a column block by all roads but the conveyor; say if there are any."""
        filled = False
        for later, column in before.items():
            block = step.dense.get((later, earlier))
            if block is not None and filled:
                multiply_add_(into, column, block)
            elif block is not None:
                multiply(column, block, into)
                filled = True
        for later, column in before.items():
            values = step.diagonal.get((later, earlier))
            if values is not None:
                filled = self._add(into, filled, column, values)
        return filled

    def _add(self, into: Tensor, filled: bool, column: Tensor, values: Tensor) -> bool:
        """Add column times diag(values) to what is there, if anything is."""
        if not filled:
            torch.mul(column, values[:, None, :], out=into)
            return True
        key = str(tuple(into.shape))
        if key not in self._term:
            self._term[key] = torch.empty_like(into)
        into.add_(torch.mul(column, values[:, None, :], out=self._term[key]))
        return True

    def _entering(self, into: Tensor, filled: bool) -> Tensor:
        rows = into[:, self.rows.rows(self.layout.names[-1])]
        diagonal = rows.diagonal(dim1=-2, dim2=-1)
        return diagonal.clone() if filled else torch.zeros_like(diagonal)

    def _carry_detours(self, conveyor: Tensor, entered: Tensor) -> None:
        carried = self.detour_diagonal
        kept = 0.0 if carried is None else carried * conveyor
        self.detour_diagonal = kept + entered

    def _weigh(self) -> None:
        self.norms = _block_norms(list(self.columns.values()), self.rows)
        flat = self.norms.reshape(len(self.norms), -1)
        with np.errstate(invalid="ignore", over="ignore"):
            self.total = np.sqrt((flat * flat).sum(axis=-1))

    def _again(self, before: Columns, step: FlatJacobian) -> Tensor | None:
        """Redo a step that overflowed, from mantissas near 1 (the same digits)."""
        self.columns = {name: column.clone() for name, column in before.items()}
        self._weigh()
        self._shift(exponents(self.total))
        return self._step(self.columns, step)

    def _settle(self) -> None:
        """Bring mantissas back near 1: far ones at once, all every few steps."""
        shift = exponents(self.total)
        if self.age % _OFTEN:
            shift[np.abs(shift) < _FAR] = 0
        if shift.any():
            self._shift(shift)

    def _shift(self, shift: np.ndarray) -> None:
        for column in self.columns.values():
            rescaled_(column, -shift)
        if self.detour_diagonal is not None:
            rescaled_(self.detour_diagonal[:, None], -shift)
        self.norms = np.ldexp(self.norms, -shift[:, None, None])
        self.total = np.ldexp(self.total, -shift)
        self.exponent = self.exponent + shift


def rescaled_(matrices: Tensor, exponent: np.ndarray) -> None:
    """Multiply (N, rows, columns) by 2**exponent (N) in place, exactly."""
    if np.abs(exponent).max() < 120:
        factor = torch.from_numpy(np.ldexp(1.0, exponent)).to(matrices)
        matrices.mul_(factor[:, None, None])
    else:
        matrices.copy_(rescaled(matrices, torch.from_numpy(exponent)))


def _block_norms(columns: list[Tensor], rows: Layout) -> np.ndarray:
    """Return the Frobenius norms (N, later, earlier) of columns of blocks, float64."""
    count, later = columns[0].shape[0], len(rows.names)
    if len(set(rows.sizes)) > 1:
        parts = [[col[:, rows.rows(name)] for col in columns] for name in rows.names]
        found = [[plain_norms(b.flatten(1)) for b in blocks] for blocks in parts]
        norms = torch.stack([torch.stack(row, -1) for row in found], 1)
    else:
        flat = [column.view(count * later, -1) for column in columns]
        norms = torch.stack([plain_norms(part) for part in flat], -1)
        norms = norms.view(count, later, len(columns))
    low, high = safe_range(norms.dtype)
    wide = norms.double().cpu().numpy()
    if not (wide.min() > low and wide.max() < high):
        for i, name in enumerate(rows.names):
            for j, column in enumerate(columns):
                mend(wide[:, i, j], column[:, rows.rows(name)])
    return wide
