"""The leaky recurrent network: a plain one that keeps a part of its state."""

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.tanh import Tanh
from gradlab.arguments import number
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import RecurrentProduct, Step, StepJacobian
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import linear, right_multiply, scale_rows


class Leaky(TorchCell):
    """h_t = (1 - alpha) h_{t-1} + alpha phi(a_t), with one fixed rate for all units.

    a_t is that of the plain RNN, W_ih x_t + b_ih + W_hh h_{t-1} + b_hh, which this is
    at alpha = 1: an Euler step of length alpha of dh/dt = -h + phi(a). It is the leaky
    integrator of echo state networks (Jaeger et al. 2007 is cited from memory), as
    reservoir libraries have it. By the chain rule::

        dh_t/dh_{t-1} = (1 - alpha) I + alpha D(phi'(a_t)) W_hh
        dh_t/dx_t     = alpha D(phi'(a_t)) W_ih

    No gate decides 1 - alpha, and no bias, so it is a part of the Jacobian and no
    conveyor. ``weight_hh`` has one block, ``candidate``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        alpha: the leaking rate, above 0 and at most 1.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "leaky"
    title = "leaky RNN"
    supports_ensembles = True
    gate_names = ("candidate",)
    options = {"alpha": 0.1}
    axes = ("activation", "init", "gain")
    equation = "h_t = (1 - alpha) h_{t-1} + alpha phi(W_ih x_t + W_hh h_{t-1} + b)"
    reference = "Jaeger et al. 2007"
    description = "leaky RNN: a fixed share of the state is kept"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        alpha: float = 0.1,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.alpha = _rate(alpha)
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        product = linear(h, self.weight_hh)
        a = self._pre_activations(inputs, product)
        recurrent = RecurrentProduct(slice(0, self.hidden_size), h, product)
        g = self.candidate(a)
        h = (1 - self.alpha) * h + self.alpha * g
        return Step((h,), {"candidate": g}, {"candidate": a}, (recurrent,))

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        buffer = None if out is None else out.blocks["h", "h"]
        block = scale_rows(self._slope(step), self.weight_hh, buffer)
        block.diagonal(dim1=-2, dim2=-1).add_(1 - self.alpha)
        return StepJacobian({("h", "h"): block})

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((u,), (out_h,)) = cotangents, out or (None,)
        found = right_multiply(u * as_row(self._slope(step)), self.weight_hh, out_h)
        return (found.add_(u, alpha=1 - self.alpha),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        return {"h": scale_rows(self._slope(step), self.weight_ih)}

    def _slope(self, step: Step) -> Tensor:
        """Return alpha phi'(a_t), (…, B, H)."""
        a, g = step.pre_activations["candidate"], step.gates["candidate"]
        return self.alpha * self.candidate.derivative(a, g)


def _rate(alpha: float) -> float:
    rate = number("alpha", alpha, above=0, try_="0.1")
    if rate > 1:
        raise ConfigError(
            got=f"a leaky RNN with alpha={rate:g}",
            expected="a leaking rate above 0 and at most 1",
            try_="alpha=0.1",
        )
    return rate
