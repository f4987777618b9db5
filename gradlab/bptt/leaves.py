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


def weight_gradients(
    trajectory: Trajectory, loss: Loss, direction: Tensor, name: str = "weight_hh"
) -> Tensor:
    """Return G_t of every step and sequence, (T, B, rows, columns).

    Each sequence is run alone with a copy of the weight in every step; autograd then
    gives the gradient of each copy.

    Args:
        trajectory: of one cell, no member axis.
        loss: of the sequences.
        direction: (B, n).
        name: of the parameter.
    """
    sequences = range(trajectory.lead[-1])
    rows = [_of_one(trajectory, loss, direction, name, b) for b in sequences]
    return torch.stack(rows, dim=1)


def _of_one(
    trajectory: Trajectory, loss: Loss, direction: Tensor, name: str, b: int
) -> Tensor:
    stepper = _Stepper(trajectory.cell)
    weight = trajectory.cell.get_parameter(name).detach()
    copies = [weight.clone().requires_grad_() for _ in range(trajectory.length)]
    state = tuple(s[0, b : b + 1].detach() for s in trajectory.states)
    hidden = []
    with torch.enable_grad():
        for x, copy in zip(trajectory.inputs[:, b : b + 1], copies, strict=True):
            parameters = {f"cell.{name}": copy}
            step = torch.func.functional_call(stepper, parameters, (x, state))
            state = step.state
            hidden.append(state[0])
        total = loss(hidden, direction[b : b + 1]).sum()
    if not total.requires_grad:
        return torch.zeros(len(copies), *weight.shape, dtype=weight.dtype)
    parts = torch.autograd.grad(total, copies, allow_unused=True)
    return torch.stack([torch.zeros_like(weight) if p is None else p for p in parts])
