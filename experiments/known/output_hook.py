"""What a hook on the outputs of a module of torch.nn receives."""

import numpy as np
import torch

from gradlab.cells._build import select_members
from gradlab.cells._torch_modules import to_torch
from gradlab.errors import ConfigError
from gradlab.measures.base import Measure


class OutputHook(Measure):
    """|dL/d output_t| that ``output.retain_grad()`` keeps, L = sum of output_T.

    Of the module of ``torch.nn`` with the cell's weights. Its output is what a reader
    of the states is given; the next step does not read it. ``earlier``: the largest
    over t < T; ``last``: at T, where it is sqrt H.
    """

    symbol = "|dL/d output_t|"
    unit = "number"
    question = "Does a hook on a module's outputs see the gradient of early steps?"
    formula = "|d(sum of output_T)/d output_t|_2"
    reference = "Paszke et al. 2019"
    axes = ("index",)

    def applies_to(self, cell):
        try:
            module_of(cell, (0,) * len(cell.ensemble_shape))
        except ConfigError:
            return False
        return True

    def compute(self, context):
        members = np.ndindex(context.batch_shape[:-1])
        norms = [output_gradients(context.trajectory, member) for member in members]
        ends = torch.stack(norms, 1).reshape(2, *context.batch_shape)
        return context.labelled(ends, index=("earlier", "last"))


def module_of(cell, member):
    """Return the module of ``torch.nn`` of a cell, or of a member of an ensemble."""
    return to_torch(select_members(cell, torch.tensor(*member)) if member else cell)


def output_gradients(trajectory, member):
    """Return the norms before the last step and at it, (2, B)."""
    module = module_of(trajectory.cell, member)
    inputs = trajectory.inputs[(slice(None), *member)].detach()
    with torch.enable_grad():
        output, _ = module(inputs.transpose(0, 1))
        output.retain_grad()
        output[:, -1].sum().backward()
    norms = output.grad.norm(dim=-1)
    return torch.stack([norms[:, :-1].amax(1), norms[:, -1]])
