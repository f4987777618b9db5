"""Each step's contribution by autograd, with a copy of the parameters for every step.

The slow twin of what :mod:`gradlab.bptt` says of weight gradients, step by step.
"""

import torch
from torch import nn


class _CallableStep(nn.Module):
    """A cell's step as ``forward``, for ``functional_call``."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, inputs, state):
        return self.cell.step(inputs, state)


def weight_gradients(trajectory, loss, direction, names=("weight_hh",)):
    """Return G_t of every step and sequence, (T, B, *shape) by parameter.

    Each sequence is run alone with copies of the parameters in every step; G_t is the
    gradient of that step's copies.
    """
    found = [
        _of_sequence(trajectory, loss, direction, names, b)
        for b in range(trajectory.batch_shape[-1])
    ]
    return {name: torch.stack([one[name] for one in found], 1) for name in names}


def _of_sequence(trajectory, loss, direction, names, b):
    cell = trajectory.cell
    stepper = _CallableStep(cell)
    copies = [
        {
            name: cell.get_parameter(name).detach().clone().requires_grad_()
            for name in names
        }
        for _ in range(trajectory.length)
    ]
    state = tuple(s[b : b + 1].detach() for s in trajectory.start)
    hidden = []
    for x, copy in zip(trajectory.inputs[:, b : b + 1], copies, strict=True):
        named = {f"cell.{name}": weight for name, weight in copy.items()}
        state = torch.func.functional_call(stepper, named, (x, state)).state
        hidden.append(state[cell.output_state])
    total = loss(hidden, direction[b : b + 1]).sum()
    flat = [copy[name] for name in names for copy in copies]
    found = torch.autograd.grad(total, flat, allow_unused=True)
    whole = [
        torch.zeros_like(weight) if part is None else part
        for weight, part in zip(flat, found, strict=True)
    ]
    steps = len(copies)
    return {
        name: torch.stack(whole[k * steps : (k + 1) * steps])
        for k, name in enumerate(names)
    }
