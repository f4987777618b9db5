"""The plain recurrent network (Elman)."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gradlab.activations.base import Activation
from gradlab.activations.tanh import Tanh
from gradlab.cells._layout import TorchLayout
from gradlab.cells.base import (
    NOTHING,
    Jacobians,
    Pull,
    Recurrent,
    Step,
    StepJacobian,
)
from gradlab.numerics.batch_invariant import matmul, pull_through, pulling, scale_rows


class RNN(TorchLayout):
    """h_t = phi(a_t), a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh.

    J_t = D(phi'(a_t)) W_hh. With tanh or relu it is ``torch.nn.RNNCell``.
    """

    name = "rnn"
    options = {}
    axes = ("activation", "init", "gain")
    equation = "h_t = phi(W_ih x_t + W_hh h_{t-1} + b)"
    reference = "Elman 1990"
    description = "plain RNN: every step multiplies by the same weights"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | None = None,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.activation = activation or Tanh()
        self.reset_parameters()

    def step(self, inputs, state, *, kept=None) -> Step:
        (h,) = state
        product = matmul(h, self.weight_hh)
        a = self._affine(inputs, product)
        recurrent = Recurrent(slice(0, self.hidden_size), h, product)
        return Step((self.activation(a),), {}, {"recurrent": a}, (recurrent,))

    def jacobian(self, inputs, state, step) -> StepJacobian:
        return StepJacobian({"hh": scale_rows(self._slope(step), self.weight_hh)})

    def jacobians(self, inputs, state, step) -> Jacobians:
        slope = self._slope(step)

        def some(span: slice, over: Mapping[str, Tensor] = NOTHING) -> StepJacobian:
            block = scale_rows(slope[span], self.weight_hh, over.get("hh"))
            return StepJacobian({"hh": block})

        return some

    def pullback(self, inputs, state, step, cotangents) -> tuple[Tensor, ...]:
        (g,) = cotangents
        return (pull_through(g * self._slope(step).unsqueeze(-2), self.weight_hh),)

    def pullbacks(self, inputs, state, step) -> Pull:
        slope, pulled = self._slope(step).unsqueeze(-2), pulling(self.weight_hh)

        def pull(k, cotangents, into) -> None:
            pulled(cotangents[0] * slope[k], into[0])

        return pull

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        return {"h": scale_rows(self._slope(step), self.weight_ih)}

    def _slope(self, step: Step) -> Tensor:
        """Return phi'(a_t), (…, B, H)."""
        return self.activation.derivative(
            step.pre_activations["recurrent"], step.state[0]
        )
