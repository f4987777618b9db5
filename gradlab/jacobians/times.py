"""A product's columns times one more Jacobian."""

import torch
from torch import Tensor

from gradlab.jacobians.flat import FlatJacobian
from gradlab.numerics.batch_invariant import baddbmm_, bmm


Columns = dict[str, Tensor]


def times(
    before: Columns,
    step: FlatJacobian,
    into: Columns,
    *,
    conveyor: bool = True,
    watch: bool = False,
) -> Tensor | None:
    """Write ``before`` J_t to ``into``, by columns (N, rows, n) of earlier states.

    Args:
        before: the product so far.
        step: J_t.
        into: other memory of the same shapes.
        conveyor: whether to multiply by the conveyor, too.
        watch: whether to return the carry's column as it was before the conveyor's
            part was added, (N, rows, n).
    """
    entered = None
    for earlier, own in before.items():
        column = into[earlier]
        filled = _by_all_roads(column, before, step, earlier)
        if earlier == step.carry and step.conveyor is not None and conveyor:
            if watch:
                entered = column.clone() if filled else torch.zeros_like(column)
            filled = _add(column, filled, own, step.conveyor)
        if not filled:
            column.zero_()
    return entered


def _by_all_roads(
    into: Tensor, before: Columns, step: FlatJacobian, earlier: str
) -> bool:
    """Fill a column block by all roads but the conveyor; say if there are any."""
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
            filled = _add(into, filled, column, values)
    return filled


def _add(into: Tensor, filled: bool, column: Tensor, values: Tensor) -> bool:
    """Add column times diag(values) to what is there, if anything is."""
    if filled:
        into.addcmul_(column, values[:, None, :])
    else:
        torch.mul(column, values[:, None, :], out=into)
    return True
