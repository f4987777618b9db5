"""The product J_T ... J_{t+1}, grown one step further back at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy

import torch
from torch import Tensor

from gradlab.batched import multiply, multiply_add_
from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.layout import Layout
from gradlab.logscale import (
    Scaled,
    exponent_of,
    frobenius,
    power_of_two,
    rescaled,
)


Columns = dict[str, Tensor]
_FAR, _OFTEN = 20, 8


class Product:
    """N products, held as one column block per earlier state: (N, width, n).

    P <- P J_t. Widths are those of the layout, filled up to multiples of 16. The
    mantissas are those of plain arithmetic: they are multiplied by exact powers of
    two, each matrix by a rule that looks at it alone.

    Args of the constructor: ``conveyor=False`` leaves the conveyor out of every J_t,
    ``watch=True`` carries the detours.

    Attributes:
        columns: mantissas by earlier state.
        exponent: (N) int64, powers of two taken out.
        norms: (N) float64, Frobenius norms of the mantissas, by (later, earlier).
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
        conveyor: bool = True,
        watch: bool = False,
    ) -> None:
        self.layout = layout
        self.columns = columns
        self.conveyor, self.watch = conveyor, watch
        first = next(iter(columns.values()))
        self.exponent = torch.zeros(
            first.shape[0], dtype=torch.long, device=first.device
        )
        self.detour_diagonal: Tensor | None = None
        self.age = 0
        self._weigh()

    @classmethod
    def identity(cls, layout: Layout, count: int, like: Tensor, **kw) -> "Product":
        """Return ``count`` products at lag 0."""
        eye = layout.identity(like)
        columns = {
            name: eye[:, layout.rows(name)].expand(count, -1, -1).contiguous()
            for name in layout.names
        }
        return cls(layout, columns, **kw)

    @property
    def total(self) -> Tensor:
        """Frobenius norms (N) of the whole mantissas, float64."""
        return self.combined(self.norms)

    def combined(self, keys: Sequence[tuple[str, str]]) -> Tensor:
        """Return the Frobenius norm of several blocks together."""
        parts = torch.stack([self.norms[key] for key in keys])
        return torch.linalg.vector_norm(parts, dim=0)

    def advance(self, step: FlatJacobian) -> None:
        """Multiply by J_t from the right and keep the mantissas in range."""
        before, were_finite = self.columns, torch.isfinite(self.total)
        self.columns, entered = self._times(before, step)
        self._weigh()
        if (~torch.isfinite(self.total) & were_finite).any():
            entered = self._again(before, step)
        if entered is not None:
            self._carry_detours(step.conveyor, entered)
        self.age += 1
        self._settle()

    def joint(self) -> Tensor:
        """Return the mantissas of the whole product, (N, width, columns)."""
        return torch.cat(list(self.columns.values()), dim=-1)

    def pick(self, rows: Tensor) -> "Product":
        """Return the products at ``rows`` of N, apart from the detours."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        picked = Product(self.layout, columns, conveyor=self.conveyor)
        picked.exponent, picked.age = self.exponent[rows], self.age
        return picked

    def beside(self, other: "Product") -> "Product":
        """Return these products and the other's, in this order."""
        columns = {
            name: torch.cat([column, other.columns[name]])
            for name, column in self.columns.items()
        }
        both = Product(self.layout, columns, conveyor=self.conveyor)
        both.exponent, both.age = torch.cat([self.exponent, other.exponent]), self.age
        return both

    def snapshot(self) -> "Product":
        """Return the product as it stands; advancing this one leaves it alone."""
        kept = copy(self)
        kept.columns, kept.norms = dict(self.columns), dict(self.norms)
        return kept

    def block(self, later: str, earlier: str) -> Tensor:
        """Return the mantissas of one block, (N, later, earlier)."""
        return self.columns[earlier][:, self.layout.rows(later)]

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
        return Scaled(self.layout.plain(self.joint()), self.exponent)

    def _times(
        self, columns: Columns, step: FlatJacobian
    ) -> tuple[Columns, Tensor | None]:
        result, entered = {}, None
        for earlier, own in columns.items():
            out = _roads_in(columns, step, earlier)
            if earlier == step.carry and step.conveyor is not None and self.conveyor:
                if self.watch:
                    entered = self._entering(out, step.conveyor)
                out = _plus(out, own * step.conveyor[:, None, :])
            result[earlier] = torch.zeros_like(own) if out is None else out
        return result, entered

    def _entering(self, out: Tensor | None, like: Tensor) -> Tensor:
        if out is None:
            return torch.zeros_like(like)
        own_rows = out[:, self.layout.rows(self.layout.names[-1])]
        return own_rows.diagonal(dim1=-2, dim2=-1).clone()

    def _weigh(self) -> None:
        self.norms = {}
        for earlier, column in self.columns.items():
            for later in self.layout.names:
                rows = column[:, self.layout.rows(later)]
                self.norms[later, earlier] = frobenius(rows)

    def _again(self, before: Columns, step: FlatJacobian) -> Tensor | None:
        """Redo a step that overflowed, from mantissas near 1 (the same digits)."""
        self.columns = before
        self._weigh()
        self._shift(exponent_of(self.total))
        self.columns, entered = self._times(self.columns, step)
        self._weigh()
        return entered

    def _carry_detours(self, conveyor: Tensor, entered: Tensor) -> None:
        carried = self.detour_diagonal
        kept = 0.0 if carried is None else carried * conveyor
        self.detour_diagonal = kept + entered

    def _settle(self) -> None:
        """Bring mantissas back near 1: far ones at once, all every few steps."""
        shift = exponent_of(self.total)
        if self.age % _OFTEN:
            shift = torch.where(shift.abs() >= _FAR, shift, 0)
        if shift.any():
            self._shift(shift)

    def _shift(self, shift: Tensor) -> None:
        first = next(iter(self.columns.values()))
        if (shift.abs() < 120).all():
            factor = power_of_two(-shift, first.dtype)[:, None, None]
            self.columns = {k: c * factor for k, c in self.columns.items()}
        else:
            self.columns = {k: rescaled(c, -shift) for k, c in self.columns.items()}
        small = power_of_two(-shift, torch.float64)
        self.norms = {key: norm * small for key, norm in self.norms.items()}
        self.exponent = self.exponent + shift
        if self.detour_diagonal is not None:
            carried = self.detour_diagonal[:, None]
            self.detour_diagonal = rescaled(carried, -shift)[:, 0]


def _roads_in(columns: Columns, step: FlatJacobian, earlier: str) -> Tensor | None:
    """Return what comes into a column block by all roads but the conveyor."""
    out = None
    for later, column in columns.items():
        block = step.dense.get((later, earlier))
        if block is not None and out is None:
            out = multiply(column, block)
        elif block is not None:
            out = multiply_add_(out, column, block)
    for later, column in columns.items():
        values = step.diagonal.get((later, earlier))
        if values is not None:
            out = _plus(out, column * values[:, None, :])
    return out


def _plus(out: Tensor | None, term: Tensor) -> Tensor:
    return term if out is None else out.add_(term)
