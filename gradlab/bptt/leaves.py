"""The slow way to each step's part in dL/dW_hh: a copy of the weight for every step.

For cells that do not name their uses of ``weight_hh``, and the twin of the fast way.
"""

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell, Step
from gradlab.losses.base import Loss
from gradlab.trajectory import Trajectory


class _Stepper(nn.Module):
    """A cell whose step is what calling it does."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, inputs: Tensor, state: tuple[Tensor, ...]) -> Step:
        return self.cell.step(inputs, state)


def weight_gradients(trajectory: Trajectory, loss: Loss, direction: Tensor) -> Tensor:
    """Return G_t of every step and sequence, (T, B, rows, columns).

    Each sequence is run alone with a copy of ``weight_hh`` in every step (of each layer
    a copy, the layers' rows one below the other); autograd then gives the gradient of
    each copy.

    Args:
        trajectory: of one cell, no member axis.
        loss: of the sequences.
        direction: (B, n).
    """
    sequences = range(trajectory.lead[-1])
    rows = [_of_one(trajectory, loss, direction, b) for b in sequences]
    return torch.stack(rows, dim=1)


def _of_one(trajectory: Trajectory, loss: Loss, direction: Tensor, b: int) -> Tensor:
    cell = trajectory.cell
    stepper = _Stepper(cell)
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
    """Return a copy of each layer's ``weight_hh`` by its name in a stepper."""
    return {
        f"cell.{name}": cell.get_parameter(name).detach().clone().requires_grad_()
        for name in cell.recurrent_parameters
    }
