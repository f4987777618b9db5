"""A cell that reads a word and the bag of the words so far."""

import torch
from torch import nn

from gradlab.cells import Cell, Step
from gradlab.numerics.batch_invariant import elementwise, linear


class BagOfWords(Cell):
    """b_t = b_{t-1} + x_t, h_t = tanh(W (x_t, b_t) + bias).

    The state b is a running sum, so h_t knows x_t and how often each word has come, but
    not in which order; h_{t-1} is read by nothing.

    Args:
        input_size: I, the width of b, too.
        hidden_size: H, of h.
    """

    supports_ensembles = True
    state_names = ("h", "b")
    equation = "h_t = tanh(W (x_t, b_t) + bias),  b_t = b_{t-1} + x_t"
    reference = "bag of words"
    description = "word and bag of the words so far, without their order"

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight_ih = nn.Parameter(torch.zeros(hidden_size, 2 * input_size))
        self.bias_ih = nn.Parameter(torch.zeros(hidden_size))

    @property
    def state_sizes(self):
        return (self.hidden_size, self.input_size)

    @property
    def ensemble_shape(self):
        return tuple(self.weight_ih.shape[:-2])

    def step(self, inputs, state):
        bag = state[1] + inputs
        read = linear(torch.cat([inputs, bag], -1), self.weight_ih)
        return Step((elementwise(torch.tanh, read + self.bias_ih.unsqueeze(-2)), bag))
