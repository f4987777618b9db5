"""Minimal gated unit: a GRU whose one gate also resets.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import KeepGate, RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import (
    left_multiply,
    linear,
    right_multiply,
    scale_rows,
)


class MGU(TorchCell):
    """h_t = (1 - z) h_{t-1} + z n, where z also weighs what the candidate reads.

    The paper calls z the forget gate and writes f; what is forgotten is f h_{t-1}. It
    replaces the state where it is high, so here it has the name of the GRU's gate.
    Products of vectors are elementwise::

        z = sigma(a_z),  a_z = W_z x_t + U_z h_{t-1} + b_z
        n = phi(a_n),    a_n = W_n x_t + U_n (z h_{t-1}) + b_n

    By the chain rule::

        dh_t/da_z = (n - h_{t-1}) z (1 - z)
        dh_t/da_n = z phi'(a_n)
        N = D(z) + D(h_{t-1} z (1 - z)) U_z
        dh_t/dh_{t-1} = D(1 - z) + D(dh_t/da_z) U_z + D(dh_t/da_n) U_n N
        dh_t/dx_t     = D(dh_t/da_z) W_z
                        + D(dh_t/da_n) (W_n + U_n D(h_{t-1} z (1 - z)) W_z)

    The conveyor is 1 - z; the forget bias is that of the keep gate 1 - z, as a GRU's.

    Source: Zhou et al. 2016 (the equations as Chainer's link has them).

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "mgu"
    title = "MGU"
    supports_ensembles = True
    gate_names = ("update_gate", "candidate")
    axes = ("activation", "init", "gain", "forget_bias")
    equation = "h_t = (1 - z) h_{t-1} + z phi(W_n x_t + U_n (z h_{t-1}) + b_n)"
    reference = "Zhou et al. 2016"
    description = "MGU: a GRU whose update gate resets, too"

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
        self.gate = Sigmoid()
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("update_gate", -1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,), width = state, self.hidden_size
        u_z, u_n = self.weight_hh.split(width, -2)
        x_z, x_n = self._input_term(inputs).split(width, -1)
        if self.bias_hh is not None:
            b_z, b_n = as_row(self.bias_hh).split(width, -1)
            x_z, x_n = x_z + b_z, x_n + b_n
        product_z = linear(h, u_z)
        a_z = x_z + product_z
        z = self.gate(a_z)
        read = z * h
        product_n = linear(read, u_n)
        a_n = x_n + product_n
        n = self.candidate(a_n)
        kept = h if keep_path_carry is None else keep_path_carry
        return Step(
            ((1 - z) * kept + z * n,),
            dict(zip(self.gate_names, (z, n), strict=True)),
            dict(zip(self.gate_names, (a_z, a_n), strict=True)),
            (
                RecurrentProduct(slice(0, width), h, product_z),
                RecurrentProduct(slice(width, 2 * width), read, product_n),
            ),
        )

    def _slopes(self, state, step: Step) -> tuple[Tensor, Tensor, Tensor]:
        """Return dh_t/da_z with n held, dh_t/da_n, and h_{t-1} z'; each (…, B, H)."""
        (h,) = state
        z, n = (step.gates[name] for name in self.gate_names)
        a_z, a_n = (step.pre_activations[name] for name in self.gate_names)
        dz = self.gate.derivative(a_z, z)
        return (n - h) * dz, z * self.candidate.derivative(a_n, n), h * dz

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_z, u_n = self.weight_hh.split(self.hidden_size, -2)
        dh_da_z, dh_da_n, h_dz = self._slopes(state, step)
        hh = scale_rows(dh_da_z, u_z, None if out is None else out.blocks["h", "h"])
        inner = left_multiply(u_n, scale_rows(h_dz, u_z))
        inner += as_row(step.gates["update_gate"]) * u_n.unsqueeze(-3)
        hh += dh_da_n.unsqueeze(-1) * inner
        return StepJacobian({("h", "h"): hh}, self.conveyor(inputs, state, step))

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J from the left: v_n is what reaches z h_{t-1} through a_n and U_n.
        ((v,), (out_h,)) = cotangents, out or (None,)
        u_z, u_n = self.weight_hh.split(self.hidden_size, -2)
        dh_da_z, dh_da_n, h_dz = self._slopes(state, step)
        v_n = right_multiply(v * as_row(dh_da_n), u_n)
        v_z = v * as_row(dh_da_z) + v_n * as_row(h_dz)
        found = right_multiply(v_z, u_z, out_h)
        found += v_n * as_row(step.gates["update_gate"])
        found += v * as_row(self.conveyor(inputs, state, step))
        return (found,)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_z, w_n = self.weight_ih.split(self.hidden_size, -2)
        u_n = self.weight_hh[..., self.hidden_size :, :]
        dh_da_z, dh_da_n, h_dz = self._slopes(state, step)
        inner = left_multiply(u_n, scale_rows(h_dz, w_z))
        inner += w_n.unsqueeze(-3)
        return {"h": scale_rows(dh_da_z, w_z) + dh_da_n.unsqueeze(-1) * inner}

    def conveyor(self, inputs, state, step) -> Tensor:
        return 1 - step.gates["update_gate"]
