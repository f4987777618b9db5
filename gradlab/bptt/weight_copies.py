"""Each step's contribution to dL/dW_hh by autograd, with a weight copy for every step.

For cells whose steps do not list their products with ``weight_hh``; slow. Also the
reference for :mod:`gradlab.bptt.contributions`.
"""

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell, Step
from gradlab.losses.base import Loss
from gradlab.trajectory import Trajectory


class _CallableStep(nn.Module):
    """A cell's step as ``forward``, for ``functional_call``."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, inputs: Tensor, state: tuple[Tensor, ...]) -> Step:
        return self.cell.step(inputs, state)


def weight_gradients(trajectory: Trajectory, loss: Loss, direction: Tensor) -> Tensor:
    """Return G_t of every step and sequence, (T, B, rows, columns).

    Each sequence is run alone with a copy of ``weight_hh`` in every step; G_t is the
    gradient of that copy. The rows of several layers are below each other.

    Args:
        trajectory: of one cell, without a member axis.
        loss: of the sequences.
        direction: (B, n), the loss's unit vectors.
    """
    sequences = range(trajectory.batch_shape[-1])
    parts = [_of_sequence(trajectory, loss, direction, b) for b in sequences]
    return torch.stack(parts, dim=1)


def _of_sequence(
    trajectory: Trajectory, loss: Loss, direction: Tensor, b: int
) -> Tensor:
    cell = trajectory.cell
    stepper = _CallableStep(cell)
    copies = [_copies(cell) for _ in range(trajectory.length)]
    state = tuple(s[b : b + 1].detach() for s in trajectory.start)
    hidden = []
    with torch.enable_grad():
        for x, copy in zip(trajectory.inputs[:, b : b + 1], copies, strict=True):
            step = torch.func.functional_call(stepper, copy, (x, state))
            state = step.state
            hidden.append(state[cell.output_state])
        total = loss(hidden, direction[b : b + 1]).sum()
    flat = [weight for copy in copies for weight in copy.values()]
    found = [torch.zeros_like(weight) for weight in flat]
    if total.requires_grad:
        parts = torch.autograd.grad(total, flat, allow_unused=True)
        pairs = zip(parts, found, strict=True)
        found = [zero if part is None else part for part, zero in pairs]
    return torch.cat(found).reshape(len(copies), -1, flat[0].shape[-1])


def _copies(cell: Cell) -> dict[str, Tensor]:
    """Return copies of the layers' ``weight_hh`` by name in :class:`_CallableStep`."""
    return {
        f"cell.{name}": cell.get_parameter(name).detach().clone().requires_grad_()
        for name in cell.recurrent_parameters
    }
