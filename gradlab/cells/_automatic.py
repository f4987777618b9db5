"""Derivatives of a cell that gives none itself, from torch.func.

A batch's sequences do not touch each other, so one pullback of a cotangent that is
the same unit vector in every sequence gives one row of every sequence's Jacobian.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gradlab.cells._step import Step, StepJacobian


if TYPE_CHECKING:
    from gradlab.cells.base import Cell


def jacobian(
    cell: "Cell", inputs: Tensor, state: tuple[Tensor, ...], step: Step
) -> StepJacobian:
    """Return dense blocks of J_t, less the cell's conveyor where it names one."""
    pull = torch.func.vjp(_next(cell, inputs), *state)[1]
    blocks = {}
    for k, later in enumerate(cell.state_names):
        rows = _rows(pull, state, k)
        for earlier, block in zip(cell.state_names, rows, strict=True):
            blocks[later + earlier] = block.detach()
    conveyor = cell.conveyor(inputs, state, step)
    if conveyor is not None:
        carry = cell.state_names[-1]
        own = blocks[carry + carry].clone()
        own.diagonal(dim1=-2, dim2=-1).sub_(conveyor)
        blocks[carry + carry] = own
    return StepJacobian(blocks, conveyor)


def vjp(
    cell: "Cell",
    inputs: Tensor,
    state: tuple[Tensor, ...],
    cotangents: tuple[Tensor, ...],
) -> tuple[Tensor, ...]:
    """Return cotangents @ J_t, (…, B, K, n) per state."""
    pull = torch.func.vjp(_next(cell, inputs), *state)[1]
    pulled = torch.func.vmap(pull, in_dims=-2, out_dims=-2)
    return tuple(result.detach() for result in pulled(tuple(cotangents)))


def input_jacobian(
    cell: "Cell", inputs: Tensor, state: tuple[Tensor, ...]
) -> dict[str, Tensor]:
    """Return ds_t/dx_t, (…, B, n, I) by state name."""

    def step(x: Tensor) -> tuple[Tensor, ...]:
        nothing = 0 * x.sum(-1, keepdim=True)  # as in _next
        return tuple(new + nothing for new in cell.step(x, state).state)

    pull = torch.func.vjp(step, inputs)[1]
    return {
        name: _rows(pull, state, k)[0].detach()
        for k, name in enumerate(cell.state_names)
    }


def _next(cell: "Cell", inputs: Tensor) -> Callable[..., tuple[Tensor, ...]]:
    """Return s_{t-1} -> s_t, tied to s_{t-1} even where the step does not use it.

    A batched pullback of something that depends on nothing ends the process in
    torch 2.13; adding nothing times the earlier state makes its derivative zero.
    """

    def step(*state: Tensor) -> tuple[Tensor, ...]:
        later = cell.step(inputs, state).state
        return tuple(new + 0 * old for new, old in zip(later, state, strict=True))

    return step


def _rows(pull, state: tuple[Tensor, ...], k: int) -> tuple[Tensor, ...]:
    """Return the blocks (…, B, n_k, n_j) of the k-th next state, for every j."""
    width = state[k].shape[-1]
    unit = torch.eye(width, dtype=state[k].dtype, device=state[k].device)
    lead = state[k].shape[:-1]
    cotangents = tuple(
        unit.reshape(width, *(1,) * len(lead), width).expand(width, *lead, width)
        if j == k
        else s.new_zeros(()).expand(width, *s.shape)
        for j, s in enumerate(state)
    )
    rows = torch.func.vmap(pull, in_dims=0, out_dims=-2)(cotangents)
    return tuple(rows)
