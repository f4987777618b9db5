"""The product J_T ... J_{t+1}, grown one step further back at a time."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.slots import Slots
from gradlab.jacobians.times import Columns, times
from gradlab.numerics.logscale import (
    Scaled,
    exponents,
    recompute_unsafe_norms,
    rescaled,
    safe_range,
    vector_norms,
)


_FAR, _OFTEN = 20, 8
_WIDE = 2.0**30  # squares of squares are still floats


class Stretch(NamedTuple):
    """Products of several steps, one behind the other along the first axis.

    Attributes:
        columns: mantissas by earlier state, (steps * N, rows, n).
        norms: (steps * N, later, earlier), as of :class:`Product`.
        total: (steps * N).
        exponent: (steps * N).
    """

    columns: Columns
    norms: np.ndarray
    total: np.ndarray
    exponent: np.ndarray


class Product:
    """N products, held as one column block per earlier state: (N, rows, n).

    P <- P J_t, for the rows of all later states or of some. Widths are those of the
    layout, filled up to multiples of 16. The mantissas are those of plain arithmetic:
    they are multiplied by exact powers of two, each matrix by a rule that looks at it
    alone. What is small is kept in NumPy, where an operation costs a tenth of torch's.

    Args of the constructor: ``rows`` is the layout of the later states, that of all of
    them when left out; ``conveyor=False`` leaves the conveyor out of every J_t,
    ``watch=True`` carries the detours (of the carry's own rows).

    Attributes:
        columns: mantissas by earlier state; overwritten when the slots come round.
        slots: where they are written.
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
        self._settle()

    def advance_together(
        self,
        steps: Iterable[FlatJacobian],
        count: int,
        again: Callable[[], Iterable[FlatJacobian]],
    ) -> Stretch:
        """Multiply by several J_t, one after the other; return all the products.

        As :meth:`advance`, but norms and range are looked at once for all of them. For
        products that watch no detours.

        Args:
            steps: the J_t, each looked at before the next is asked for.
            count: how many there are.
            again: gives them once more, where a product left the range.
        """
        start, whole = self.columns, self.slots.turned(count)
        for place, step in enumerate(steps):
            into = {name: slots[place] for name, slots in whole.items()}
            times(self.columns, step, into, conveyor=self.conveyor)
            self.columns = into
        flat = {name: slots.flatten(0, 1) for name, slots in whole.items()}
        norms = _block_norms(list(flat.values()), self.rows)
        totals = _totals(norms)
        if not ((totals == 0) | ((totals > 1 / _WIDE) & (totals < _WIDE))).all():
            self.columns = {name: column.clone() for name, column in start.items()}
            return self._one_by_one(again())
        exponent = np.tile(self.exponent, count)
        self.norms, self.total = norms[-self.count :], totals[-self.count :]
        self.age += count
        stretch = Stretch(flat, norms, totals, exponent)
        far = self.age % _OFTEN == 0 or (np.abs(exponents(self.total)) >= _FAR).any()
        if far or self.slots.alone:
            self.columns = self.slots.kept(self.columns)
        if far:
            self._settle()
        return stretch

    def _one_by_one(self, steps: Iterable[FlatJacobian]) -> Stretch:
        taken = []
        for step in steps:
            self.advance(step)
            columns = {name: column.clone() for name, column in self.columns.items()}
            taken.append((columns, self.norms, self.total, self.exponent))
        columns, norms, totals, exponent = zip(*taken, strict=True)
        flat = {name: torch.cat([c[name] for c in columns]) for name in columns[0]}
        return Stretch(flat, *map(np.concatenate, (norms, totals, exponent)))

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
        into = {name: whole[0] for name, whole in self.slots.turned(1).items()}
        entered = times(before, step, into, conveyor=self.conveyor, watch=self.watch)
        self.columns = into
        self._weigh()
        return None if entered is None else self._entering(entered)

    def _entering(self, column: Tensor) -> Tensor:
        rows = column[:, self.rows.rows(self.layout.names[-1])]
        return rows.diagonal(dim1=-2, dim2=-1)

    def _carry_detours(self, conveyor: Tensor, entered: Tensor) -> None:
        carried = self.detour_diagonal
        kept = 0.0 if carried is None else carried * conveyor
        self.detour_diagonal = kept + entered

    def _weigh(self) -> None:
        self.norms = _block_norms(list(self.columns.values()), self.rows)
        self.total = _totals(self.norms)

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


def _totals(norms: np.ndarray) -> np.ndarray:
    """Return the norms (N) of whole matrices from those of their blocks."""
    flat = norms.reshape(len(norms), -1)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.sqrt((flat * flat).sum(axis=-1))


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
        found = [[vector_norms(b.flatten(1)) for b in blocks] for blocks in parts]
        norms = torch.stack([torch.stack(row, -1) for row in found], 1)
    else:
        flat = [column.view(count * later, -1) for column in columns]
        norms = torch.stack([vector_norms(part) for part in flat], -1)
        norms = norms.view(count, later, len(columns))
    low, high = safe_range(norms.dtype)
    wide = norms.double().cpu().numpy()
    if not (wide.min() > low and wide.max() < high):
        for i, name in enumerate(rows.names):
            for j, column in enumerate(columns):
                recompute_unsafe_norms(wide[:, i, j], column[:, rows.rows(name)])
    return wide
