"""The plain recurrent network (Elman)."""

from typing import ClassVar

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import linear, right_multiply, scale_rows


class RNN(TorchCell):
    """h_t = phi(a_t), with a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh.

    Its derivatives, by the chain rule::

        dh_t/dh_{t-1} = D(phi'(a_t)) W_hh
        dh_t/dx_t     = D(phi'(a_t)) W_ih

    With tanh or relu it is ``torch.nn.RNNCell``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "rnn"
    title = "RNN"
    supports_ensembles = True
    options = {}
    axes: ClassVar[tuple[str, ...]] = ("activation", "init", "gain")
    equation = "h_t = phi(W_ih x_t + W_hh h_{t-1} + b)"
    reference = "Elman 1990"
    description = "plain RNN: every step multiplies by the same weights"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.activation = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        product = linear(h, self.weight_hh)
        a = self._pre_activations(inputs, product)
        recurrent = RecurrentProduct(slice(0, self.hidden_size), h, product)
        return Step((self.activation(a),), {}, {"recurrent": a}, (recurrent,))

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        buffer = None if out is None else out.blocks["h", "h"]
        block = scale_rows(self._slope(step), self.weight_hh, buffer)
        return StepJacobian({("h", "h"): block})

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((u,), (out_h,)) = cotangents, out or (None,)
        return (right_multiply(u * as_row(self._slope(step)), self.weight_hh, out_h),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        return {"h": scale_rows(self._slope(step), self.weight_ih)}

    def _slope(self, step: Step) -> Tensor:
        """Return phi'(a_t), (…, B, H)."""
        return self.activation.derivative(
            step.pre_activations["recurrent"], step.state[0]
        )
