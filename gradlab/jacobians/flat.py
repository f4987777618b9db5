"""One step's Jacobian with all leading axes flattened into one, N."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.cells.base import Cell, Diagonal, StepJacobian, split_block
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import pad_to_multiple
from gradlab.trajectory import Trajectory


_LONGEST = 16
_ENTRIES, _ENTRIES_ON_GPU = 2**21, 2**25


@dataclass(frozen=True)
class FlatJacobian:
    """J_t of N sequences: blocks by (later, earlier), the conveyor kept apart.

    Attributes:
        dense: (N, later, earlier).
        diagonal: (N, n), the diagonals of diagonal blocks.
        conveyor: (N, n) or None, to be added to the carry's own block.
        layout: of the states; widths n here are multiples of 16, filled with zeros.
    """

    dense: dict[tuple[str, str], Tensor]
    diagonal: dict[tuple[str, str], Tensor]
    conveyor: Tensor | None
    layout: Layout

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
        zero = self.like.new_zeros(self.count, self.layout.sizes[-1])
        return sum((p for p in (own, self.conveyor) if p is not None), start=zero)

    def matrix(self) -> Tensor:
        """Return J_t whole, (N, width, width)."""
        return torch.cat([self.column(name) for name in self.layout.names], dim=-1)

    def column(self, earlier: str) -> Tensor:
        """Return a column of blocks as (N, width, n), the conveyor in its place."""
        return torch.cat(
            [self.block(later, earlier) for later in self.layout.names], dim=-2
        )

    def block(self, later: str, earlier: str) -> Tensor:
        """Return one block as (N, later, earlier), the conveyor in its place."""
        sizes = dict(zip(self.layout.names, self.layout.sizes, strict=True))
        matrix = self.like.new_zeros(self.count, sizes[later], sizes[earlier])
        if (later, earlier) in self.dense:
            matrix += self.dense[later, earlier]
        diagonal = matrix.diagonal(dim1=-2, dim2=-1)
        if (later, earlier) in self.diagonal:
            diagonal += self.diagonal[later, earlier]
        if later == earlier == self.carry and self.conveyor is not None:
            diagonal += self.conveyor
        return matrix

    def spoilt(self, rows: Tensor) -> "FlatJacobian":
        """Return these Jacobians with NaN in the sequences where ``rows`` is true."""
        nan = torch.where(rows, torch.nan, 0.0).to(self.like)
        conveyor = self.conveyor
        return FlatJacobian(
            {key: block + nan[:, None, None] for key, block in self.dense.items()},
            {key: values + nan[:, None] for key, values in self.diagonal.items()},
            None if conveyor is None else conveyor + nan[:, None],
            self.layout,
        )

    def pick(self, rows: slice | Tensor) -> "FlatJacobian":
        """Return the Jacobians at ``rows`` of N (which may repeat)."""
        return FlatJacobian(
            {key: block[rows] for key, block in self.dense.items()},
            {key: values[rows] for key, values in self.diagonal.items()},
            None if self.conveyor is None else self.conveyor[rows],
            self.layout,
        )


def jacobian_at(trajectory: Trajectory, t: int) -> FlatJacobian:
    """Return J_t of every sequence of a trajectory, t in 1..T.

    NaN where s_t is not finite: slopes at NaN may look like an honest zero.
    """
    cell = trajectory.cell
    flat = flatten(cell, cell.jacobian(*trajectory.step_at(t)))
    return _honest(flat, trajectory, t)


def jacobians(
    trajectory: Trajectory, later: int, earlier: int = 0
) -> Iterator[FlatJacobian]:
    """Yield J_later, .., J_{earlier + 1}: :func:`jacobian_at`, going back.

    Built-in cells give a stretch of steps at a time, which saves calls where matrices
    are small and costs none of the processor's cache where they are large. Each is good
    until the next is asked for: dense blocks are then written over, in memory that is
    still in the cache. For walks that build no graph.
    """
    cell = trajectory.cell
    if not cell.supports_ensembles:
        for t in range(later, earlier, -1):
            yield jacobian_at(trajectory, t)
        return
    width = Layout.of(cell).size
    most = _ENTRIES if trajectory.start[0].is_cpu else _ENTRIES_ON_GPU
    together = most // (math.prod(trajectory.lead) * width * width)
    together = min(_LONGEST, max(1, together))
    buffers: dict[int, StepJacobian] = {}
    while later > earlier:
        first = max(earlier, later - together)
        found = cell.jacobian(
            *trajectory.steps_between(first, later), out=buffers.get(later - first)
        )
        buffers[later - first] = found
        yield from _apart(flatten(cell, found), trajectory, first, later)
        later = first


def _apart(
    together: FlatJacobian, trajectory: Trajectory, start: int, stop: int
) -> Iterator[FlatJacobian]:
    """Yield J_stop, .., J_{start + 1}, computed together."""
    steps = stop - start
    count = together.count // steps
    for k in range(steps - 1, -1, -1):
        one = together.pick(slice(k * count, (k + 1) * count))
        yield _honest(one, trajectory, start + k + 1)


def _honest(flat: FlatJacobian, trajectory: Trajectory, t: int) -> FlatJacobian:
    broken = trajectory.broken.get(t)
    return flat if broken is None else flat.spoilt(broken.flatten())


def flatten(cell: Cell, jacobian: StepJacobian) -> FlatJacobian:
    """Return a step's Jacobian with its leading axes as one."""
    dense, diagonal = {}, {}
    for key, block in jacobian.blocks.items():
        pair = split_block(key, cell.state_names)
        if isinstance(block, Diagonal):
            diagonal[pair] = pad_to_multiple(block.values.detach().flatten(0, -2), 1)
        else:
            dense[pair] = pad_to_multiple(block.detach().flatten(0, -3), 2)
    conveyor = jacobian.conveyor
    if conveyor is not None:
        conveyor = pad_to_multiple(conveyor.detach().flatten(0, -2), 1)
    return FlatJacobian(dense, diagonal, conveyor, Layout.of(cell))
