"""J_t of N sequences in blocks, and the product of a matrix with it.

Carry, conveyor and span are defined in :mod:`gradlab.jacobians`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import threshold

from gradlab.cells.base import Cell, Diagonal, StepJacobian
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import (
    baddbmm_,
    bmm,
    pad_to_multiple,
)


Columns = dict[str, Tensor]
"""Column blocks of matrices by earlier state: (N, rows, n) each."""


@dataclass(frozen=True)
class BatchedJacobian:
    """J_t of N sequences: blocks by (later, earlier), the conveyor kept apart.

    Attributes:
        dense: (N, later, earlier).
        diagonal: (N, n), the diagonals of diagonal blocks.
        conveyor: (N, n) or None, to be added to the carry's own block.
        layout: of the states; widths n here are multiples of 16, padded with zeros.
    """

    dense: dict[tuple[str, str], Tensor]
    diagonal: dict[tuple[str, str], Tensor]
    conveyor: Tensor | None
    layout: Layout

    @classmethod
    def of(cls, cell: Cell, jacobian: StepJacobian) -> "BatchedJacobian":
        """Return a cell's Jacobian with its leading axes flattened into one."""
        jacobian.check_blocks(cell.state_names)
        dense, diagonal = {}, {}
        for pair, block in jacobian.blocks.items():
            if isinstance(block, Diagonal):
                values = block.values.detach().flatten(0, -2)
                diagonal[pair] = pad_to_multiple(values, 1)
            else:
                dense[pair] = pad_to_multiple(block.detach().flatten(0, -3), 2)
        conveyor = jacobian.conveyor
        if conveyor is not None:
            conveyor = pad_to_multiple(conveyor.detach().flatten(0, -2), 1)
        return cls(dense, diagonal, conveyor, Layout.of(cell))

    @property
    def carry(self) -> str:
        """The state the conveyor belongs to, the last."""
        return self.layout.names[-1]

    @property
    def like(self) -> Tensor:
        """Any tensor of this Jacobian: its dtype, device and N."""
        values = (*self.dense.values(), *self.diagonal.values(), self.conveyor)
        return next(value for value in values if value is not None)

    @property
    def count(self) -> int:
        """N."""
        return self.like.shape[0]

    def is_diagonal(self, earlier: str) -> bool:
        """Say whether every block of a column of blocks is diagonal."""
        return not any(key[1] == earlier for key in self.dense)

    def own_diagonal(self) -> Tensor:
        """Return the diagonal (N, n) of the carry's own block, if that is diagonal."""
        own = self.diagonal.get((self.carry, self.carry))
        zero = self.like.new_zeros(self.count, self.layout.padded_widths[-1])
        return sum((p for p in (own, self.conveyor) if p is not None), start=zero)

    def matrix(self) -> Tensor:
        """Return the whole J_t, (N, size, size)."""
        return torch.cat([self.column(name) for name in self.layout.names], dim=-1)

    def plain(self) -> Tensor:
        """Return the whole J_t without padding, (N, n, n)."""
        return self.layout.plain(self.matrix())

    def column(self, earlier: str) -> Tensor:
        """Return a column of blocks as (N, size, n), the conveyor in its place."""
        return torch.cat(
            [self.block(later, earlier) for later in self.layout.names], dim=-2
        )

    def block(self, later: str, earlier: str, *, conveyor: bool = True) -> Tensor:
        """Return one block as (N, later, earlier), the conveyor in its place."""
        widths = dict(zip(self.layout.names, self.layout.padded_widths, strict=True))
        matrix = self.like.new_zeros(self.count, widths[later], widths[earlier])
        if (later, earlier) in self.dense:
            matrix += self.dense[later, earlier]
        diagonal = matrix.diagonal(dim1=-2, dim2=-1)
        if (later, earlier) in self.diagonal:
            diagonal += self.diagonal[later, earlier]
        if later == earlier == self.carry and conveyor and self.conveyor is not None:
            diagonal += self.conveyor
        return matrix

    def mask_nonfinite(self, where: Tensor) -> "BatchedJacobian":
        """Return these Jacobians with NaN in the sequences where ``where`` is true."""
        nan = torch.where(where, torch.nan, 0.0).to(self.like)
        return self._map(lambda part: part + nan.reshape(-1, *[1] * (part.ndim - 1)))

    def pick(self, index: slice | Tensor) -> "BatchedJacobian":
        """Return the Jacobians at ``index`` of N (places may repeat)."""
        return self._map(lambda part: part[index])

    def double(self) -> "BatchedJacobian":
        """Return the same numbers in float64."""
        return self._map(Tensor.double)

    def smallest(self) -> Tensor:
        """Return the smallest nonzero |entry| (N); inf where all are zero."""
        blocks = (*self.dense.values(), *self.diagonal.values(), self.conveyor)
        found = [smallest_nonzero(part) for part in blocks if part is not None]
        return torch.stack(found).amin(0)

    def _map(self, function: Callable[[Tensor], Tensor]) -> "BatchedJacobian":
        return replace(
            self,
            dense={key: function(block) for key, block in self.dense.items()},
            diagonal={key: function(part) for key, part in self.diagonal.items()},
            conveyor=None if self.conveyor is None else function(self.conveyor),
        )


@dataclass(frozen=True)
class JacobianSpan:
    """J_t of consecutive steps; iterates from the latest step to the earliest.

    Attributes:
        whole: of all steps, (steps * N) along the leading axis, earliest first.
        steps: how many.
    """

    whole: BatchedJacobian
    steps: int

    def __iter__(self) -> Iterator[BatchedJacobian]:
        return iter(self._each)

    @cached_property
    def _each(self) -> list[BatchedJacobian]:
        count = self.whole.count // self.steps
        starts = range((self.steps - 1) * count, -1, -count)
        return [self.whole.pick(slice(k, k + count)) for k in starts]

    @cached_property
    def smallest(self) -> np.ndarray:
        """The smallest nonzero |entry| of each J_t, (steps, N), the latest first."""
        found = self.whole.smallest().reshape(self.steps, -1).flip(0)
        return found.cpu().numpy()

    @property
    def conveyors(self) -> Tensor:
        """The conveyors (steps, N, n), from the latest step to the earliest."""
        assert self.whole.conveyor is not None, "looked at where there is one"
        return self.whole.conveyor.unflatten(0, (self.steps, -1)).flip(0)

    def slice_steps(self, first: int, last: int) -> "JacobianSpan":
        """Return the steps ``first`` .. ``last`` - 1, counted from the latest."""
        count = self.whole.count // self.steps
        start, stop = self.steps - last, self.steps - first
        chosen = slice(start * count, stop * count)
        return JacobianSpan(self.whole.pick(chosen), last - first)

    def pick_sequences(self, index: Tensor) -> "JacobianSpan":
        """Return the Jacobians of some of the N sequences (places may repeat)."""
        count = self.whole.count // self.steps
        starts = torch.arange(self.steps, device=index.device)[:, None] * count
        return JacobianSpan(self.whole.pick((starts + index).flatten()), self.steps)


def multiply_jacobian(
    before: Columns,
    step: BatchedJacobian,
    out: Columns,
    *,
    conveyor: bool = True,
    non_conveyor_diagonal: Tensor | None = None,
    own_rows: slice = slice(None),
) -> None:
    """Write ``before`` J_t to ``out``, by columns (N, rows, n) of earlier states.

    Args:
        before: the product so far.
        step: J_t.
        out: other memory of the same shapes.
        conveyor: whether to multiply by the conveyor, too.
        non_conveyor_diagonal: (N, n), filled with the diagonal of the carry's own block
            as it is before the conveyor's part is added.
        own_rows: which rows are the carry's, for ``non_conveyor_diagonal``.
    """
    for earlier, column in before.items():
        into = out[earlier]
        filled = _multiply_blocks(before, step, earlier, into)
        if earlier == step.carry and step.conveyor is not None and conveyor:
            if non_conveyor_diagonal is not None and filled:
                own_block = into[:, own_rows]
                non_conveyor_diagonal.copy_(own_block.diagonal(dim1=-2, dim2=-1))
            elif non_conveyor_diagonal is not None:
                non_conveyor_diagonal.zero_()
            filled = _add_diagonal(into, filled, column, step.conveyor)
        if not filled:
            into.zero_()


def _multiply_blocks(
    before: Columns, step: BatchedJacobian, earlier: str, into: Tensor
) -> bool:
    """Fill a column by all blocks but the conveyor; return whether there are any."""
    filled = False
    for later, column in before.items():
        block = step.dense.get((later, earlier))
        if block is not None and filled:
            baddbmm_(into, column, block)
        elif block is not None:
            bmm(column, block, into)
            filled = True
    for later, column in before.items():
        values = step.diagonal.get((later, earlier))
        if values is not None:
            filled = _add_diagonal(into, filled, column, values)
    return filled


def _add_diagonal(into: Tensor, filled: bool, column: Tensor, values: Tensor) -> bool:
    """Add column times diag(values) to what ``into`` holds, if it is filled."""
    if filled:
        into.addcmul_(column, values[:, None, :])
    else:
        torch.mul(column, values[:, None, :], out=into)
    return True


def smallest_nonzero(values: Tensor) -> Tensor:
    """Return the smallest nonzero |value| of (N, …) as (N); inf where all are zero.

    NaN where there is one.
    """
    return threshold(values.abs(), 0.0, torch.inf).flatten(1).amin(-1)


def concatenate(parts: list[BatchedJacobian]) -> BatchedJacobian:
    """Return the Jacobians of all parts along the leading axis."""
    first = parts[0]
    conveyors = [part.conveyor for part in parts if part.conveyor is not None]
    return BatchedJacobian(
        {key: torch.cat([part.dense[key] for part in parts]) for key in first.dense},
        {k: torch.cat([part.diagonal[k] for part in parts]) for k in first.diagonal},
        torch.cat(conveyors) if conveyors else None,
        first.layout,
    )
