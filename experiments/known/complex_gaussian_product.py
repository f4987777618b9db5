"""A linear network with a new complex Gaussian matrix at every step."""

import math

import torch
from torch import nn

from gradlab.cells import Cell, Step
from gradlab.cells.base import StepJacobian


class ComplexGaussianProduct(Cell):
    """h_t = W_t h_{t-1} with complex h, held as its real and its imaginary part.

    Inputs are the entries of W_t: real parts from the first, imaginary parts from the
    second half of 2 H^2 numbers N(0, 1), divided by sqrt(2 H); fewer inputs come round
    again. Signs that are drawn once are on them, which changes no distribution. The
    state starts at zero and stays there, which changes no derivative.
    """

    state_names = ("real", "imaginary")
    supports_ensembles = True
    equation = "h_t = W_t h_{t-1}"
    reference = "Forrester 2013"
    description = "product of independent complex Gaussian matrices"

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        signs = torch.randint(2, (2, hidden_size, hidden_size)) * 2.0 - 1.0
        self.signs = nn.Parameter(signs)

    @property
    def ensemble_shape(self):
        return tuple(self.signs.shape[:-3])

    def step(self, inputs, state):
        a, b = self.parts(inputs)
        re, im = (part.unsqueeze(-1) for part in state)
        return Step(((a @ re - b @ im).squeeze(-1), (b @ re + a @ im).squeeze(-1)))

    def jacobian(self, inputs, state, step, *, out=None):
        a, b = self.parts(inputs)
        re, im = self.state_names
        return StepJacobian({(re, re): a, (re, im): -b, (im, re): b, (im, im): a})

    def parts(self, inputs):
        """Return the real and the imaginary part of W_t, (..., B, H, H) each."""
        size = self.hidden_size
        places = torch.arange(2 * size * size) % inputs.shape[-1]
        entries = inputs[..., places] / math.sqrt(2 * size)
        shaped = entries.reshape(*inputs.shape[:-1], 2, size, size)
        shaped = shaped * self.signs.unsqueeze(-4)
        return shaped[..., 0, :, :], shaped[..., 1, :, :]
