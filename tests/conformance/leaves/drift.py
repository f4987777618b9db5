"""A cell in a file of its own: it defines ``step`` only."""

import torch
from torch import nn

from gradlab.cells.base import Cell, Step


class Drift(Cell):
    """h_t = (1 - a) h_{t-1} + a tanh(W x_t + U h_{t-1}), a leaky RNN."""

    equation = "h_t = (1 - a) h_{t-1} + a tanh(W x_t + U h_{t-1})"
    reference = "Jaeger 2007"
    options = {"slow": False}
    axes = ("init", "gain")

    def __init__(self, input_size, hidden_size, slow=False):
        super().__init__(input_size, hidden_size)
        self.weight_ih = nn.Parameter(torch.randn(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.randn(hidden_size, hidden_size))
        self.rate = 0.1 if slow else 0.5

    def step(self, inputs, state):
        (h,) = state
        new = torch.tanh(inputs @ self.weight_ih.mT + h @ self.weight_hh.mT)
        return Step(((1 - self.rate) * h + self.rate * new,))
