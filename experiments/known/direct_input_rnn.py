"""A plain RNN without biases, to which the inputs are added as they are."""

import torch
from torch import nn

from gradlab.activations.base import as_activation
from gradlab.cells import Cell, Step
from gradlab.cells.base import StepJacobian
from gradlab.numerics.batch_invariant import linear, right_multiply, scale_rows


class DirectInputRNN(Cell):
    """h_t = phi(W_hh h_{t-1} + x_t), as theories of random networks have it.

    Unit i is given the input i modulo their number, so that inputs of deviation s add
    independent noise of variance s^2 to every unit where there are H of them or more.
    """

    supports_ensembles = True
    axes = ("activation", "init", "gain")
    equation = "h_t = phi(W_hh h_{t-1} + x_t)"
    reference = "Sompolinsky, Crisanti & Sommers 1988"
    description = "plain RNN without biases and input weights"

    def __init__(self, input_size, hidden_size, *, activation="tanh"):
        super().__init__(input_size, hidden_size)
        self.activation = as_activation(activation)
        drawn = torch.randn(hidden_size, hidden_size) / hidden_size**0.5
        self.weight_hh = nn.Parameter(drawn)

    @property
    def ensemble_shape(self):
        return tuple(self.weight_hh.shape[:-2])

    def step(self, inputs, state):
        (h,) = state
        a = linear(h, self.weight_hh) + inputs[..., self._input_of_unit(inputs)]
        return Step((self.activation(a),), {}, {"recurrent": a})

    def jacobian(self, inputs, state, step, *, out=None):
        buffer = None if out is None else out.blocks["h", "h"]
        block = scale_rows(self._slope(step), self.weight_hh, buffer)
        return StepJacobian({("h", "h"): block})

    def vjp(self, inputs, state, step, cotangents, *, out=None):
        ((u,), (out_h,)) = cotangents, out or (None,)
        scaled = u * self._slope(step).unsqueeze(-2)
        return (right_multiply(scaled, self.weight_hh, out_h),)

    def input_jacobian(self, inputs, state, step):
        chosen = torch.eye(inputs.shape[-1]).to(inputs)[self._input_of_unit(inputs)]
        return {"h": scale_rows(self._slope(step), chosen)}

    def _input_of_unit(self, inputs):
        return torch.arange(self.hidden_size) % inputs.shape[-1]

    def _slope(self, step):
        """Return phi'(a_t), (…, B, H)."""
        return self.activation.derivative(
            step.pre_activations["recurrent"], step.state[0]
        )
