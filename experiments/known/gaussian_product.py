"""A linear network whose recurrent matrix is drawn anew at every step."""

import math

import torch
from torch import nn

from gradlab.cells import Cell, Step
from gradlab.cells.base import StepJacobian


class GaussianProduct(Cell):
    """h_t = W_t h_{t-1}: the inputs at t, over sqrt H, are the entries of W_t.

    Signs that are drawn once are on them, which changes no distribution. With H^2
    inputs N(0, 1) or more the matrices are independent, their entries N(0, 1/H); with
    fewer they come round again within a matrix. The state starts at zero and stays
    there, which changes no derivative.
    """

    supports_ensembles = True
    equation = "h_t = W_t h_{t-1}"
    reference = "Newman 1986"
    description = "product of independent Gaussian matrices"

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        signs = torch.randint(2, (hidden_size, hidden_size)) * 2.0 - 1.0
        self.signs = nn.Parameter(signs)

    @property
    def ensemble_shape(self):
        return tuple(self.signs.shape[:-2])

    def step(self, inputs, state):
        (h,) = state
        return Step(((self.matrix(inputs) @ h.unsqueeze(-1)).squeeze(-1),))

    def jacobian(self, inputs, state, step, *, out=None):
        return StepJacobian({("h", "h"): self.matrix(inputs)})

    def matrix(self, inputs):
        """Return W_t, (..., B, H, H)."""
        size = self.hidden_size
        places = torch.arange(size * size) % inputs.shape[-1]
        entries = inputs[..., places] / math.sqrt(size)
        shaped = entries.reshape(*inputs.shape[:-1], size, size)
        return shaped * self.signs.unsqueeze(-3)
