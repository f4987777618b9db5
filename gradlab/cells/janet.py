"""JANET: the LSTM with nothing but its forget gate.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.arguments import number
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import KeepGate, RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    linear,
    right_multiply,
    scale_rows,
)


class JANET(TorchCell):
    """h_t = f h_{t-1} + (1 - sigma(a_f - beta)) g, with one gate and one state.

    Products of vectors are elementwise::

        f = sigma(a_f),  a_f = W_f x_t + U_f h_{t-1} + b_f
        g = phi(a_g),    a_g = W_g x_t + U_g h_{t-1} + b_g

    beta > 0 lets more in than is forgotten; at 0 it is a GRU without its reset gate.
    By the chain rule, with e = sigma(a_f - beta)::

        dh_t/da_f = h_{t-1} f (1 - f) - g e (1 - e)
        dh_t/da_g = (1 - e) phi'(a_g)
        dh_t/dh_{t-1} = D(f) + D(dh_t/da_f) U_f + D(dh_t/da_g) U_g
        dh_t/dx_t     = D(dh_t/da_f) W_f + D(dh_t/da_g) W_g

    The conveyor is f.

    Source: van der Westhuizen & Lasenby 2018 (the authors' code, beta = 1 there).

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        beta: how much lower the pre-activation of the input's weight is.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "janet"
    title = "JANET"
    supports_ensembles = True
    gate_names = ("forget_gate", "candidate")
    options = {"beta": 1.0}
    axes = ("activation", "init", "gain", "forget_bias")
    equation = "h_t = f h_{t-1} + (1 - sigma(a_f - beta)) g"
    reference = "van der Westhuizen & Lasenby 2018"
    description = "JANET: an LSTM with the forget gate alone"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        beta: float = 1.0,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.beta = number("beta", beta, try_="1")
        self.gate = Sigmoid()
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("forget_gate", 1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        product = linear(h, self.weight_hh)
        a_f, a_g = self._pre_activations(inputs, product).split(self.hidden_size, -1)
        f, g = self.gate(a_f), self.candidate(a_g)
        kept = h if keep_path_carry is None else keep_path_carry
        recurrent = RecurrentProduct(slice(0, 2 * self.hidden_size), h, product)
        return Step(
            (f * kept + (1 - self.gate(a_f - self.beta)) * g,),
            dict(zip(self.gate_names, (f, g), strict=True)),
            dict(zip(self.gate_names, (a_f, a_g), strict=True)),
            (recurrent,),
        )

    def _slopes(self, state, step: Step) -> tuple[Tensor, Tensor]:
        """Return dh_t/da_f and dh_t/da_g, (…, B, H)."""
        (h,) = state
        f, g = (step.gates[name] for name in self.gate_names)
        a_f, a_g = (step.pre_activations[name] for name in self.gate_names)
        e = self.gate(a_f - self.beta)
        by_forgetting = h * self.gate.derivative(a_f, f)
        by_letting_in = g * self.gate.derivative(a_f - self.beta, e)
        return (
            by_forgetting - by_letting_in,
            (1 - e) * self.candidate.derivative(a_g, g),
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_f, u_g = self.weight_hh.split(self.hidden_size, -2)
        dh_da_f, dh_da_g = self._slopes(state, step)
        hh = scale_rows(dh_da_f, u_f, None if out is None else out.blocks["h", "h"])
        add_scaled_rows_(hh, dh_da_g, u_g)
        return StepJacobian({("h", "h"): hh}, self.conveyor(inputs, state, step))

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((v,), (out_h,)) = cotangents, out or (None,)
        v_a = torch.cat([v * as_row(s) for s in self._slopes(state, step)], -1)
        f = self.conveyor(inputs, state, step)
        return (right_multiply(v_a, self.weight_hh, out_h).addcmul_(v, as_row(f)),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_f, w_g = self.weight_ih.split(self.hidden_size, -2)
        dh_da_f, dh_da_g = self._slopes(state, step)
        return {"h": add_scaled_rows_(scale_rows(dh_da_f, w_f), dh_da_g, w_g)}

    def conveyor(self, inputs, state, step) -> Tensor:
        return step.gates["forget_gate"]
