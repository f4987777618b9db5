"""Gated recurrent unit in its four conventions.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import KeepGate, RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    left_multiply,
    linear,
    right_multiply,
    scale_rows,
)


class GRU(TorchCell):
    """h_t = k h_{t-1} + (1 - k) n, with the keep gate k = z, or 1 - z.

    Products of vectors are elementwise::

        r = gate(a_r),  a_r = W_r x_t + b_ir + U_r h_{t-1} + b_hr
        z = gate(a_z),  a_z = W_z x_t + b_iz + U_z h_{t-1} + b_hz
        n = phi(a_n),   a_n = W_n x_t + b_in + r (U_n h_{t-1} + b_hn)   reset after
                        a_n = W_n x_t + b_in + U_n (r h_{t-1}) + b_hn   reset before

    The derivatives follow by the chain rule. With D(v) for diag(v), y for what r
    multiplies (U_n h_{t-1} + b_hn, or h_{t-1}) and the sign of dk/dz::

        dh_t/da_z = +-(h_{t-1} - n) gate'(a_z)
        dh_t/da_n = (1 - k) phi'(a_n)

        dh_t/dh_{t-1} = D(k) + D(dh_t/da_z) U_z + D(dh_t/da_n) N
        N = D(r) U_n + D(y gate'(a_r)) U_r                              reset after
        N = U_n (D(r) + D(y gate'(a_r)) U_r)                            reset before

        dh_t/dx_t = D(dh_t/da_z) W_z + D(dh_t/da_n) N_x
        N_x = W_n + D(y gate'(a_r)) W_r                                 reset after
        N_x = W_n + U_n D(y gate'(a_r)) W_r                             reset before

    The conveyor is k. PyTorch keeps with z and resets after the product: without
    options it is ``torch.nn.GRUCell``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        reset_before: reset before the product (Cho et al. 2014).
        z_replaces: k = 1 - z (Chung et al. 2014).
        gate: activation of the gates; sigmoid by default.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "gru"
    title = "GRU"
    supports_ensembles = True
    gate_names = ("reset_gate", "update_gate", "candidate")
    options = {"reset_before": False, "z_replaces": False, "gate": "sigmoid"}
    axes = ("activation", "init", "gain", "forget_bias")
    equation = "h_t = (1 - z) n + z h_{t-1}"
    reference = "Cho et al. 2014"
    description = "GRU: the update gate carries h itself"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        reset_before: bool = False,
        z_replaces: bool = False,
        gate: Activation | str | None = None,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.reset_before = reset_before
        self.z_replaces = z_replaces
        self.gate = Sigmoid() if gate is None else as_activation(gate)
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        if self.bias_ih is None:
            return None
        return KeepGate("update_gate", -1 if self.z_replaces else 1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        gates_at = self._reset_before if self.reset_before else self._reset_after
        r, z, a, recurrent = gates_at(self._input_term(inputs), h)
        n = self.candidate(a[2])
        kept_h = h if keep_path_carry is None else keep_path_carry
        k, replaced = (1 - z, z) if self.z_replaces else (z, 1 - z)
        return Step(
            (replaced * n + k * kept_h,),
            dict(zip(self.gate_names, (r, z, n), strict=True)),
            dict(zip(self.gate_names, a, strict=True)),
            recurrent,
        )

    def _reset_after(self, x: Tensor, h: Tensor):
        """Return r, z, (a_r, a_z, a_n) and the products with U; ``x`` is W x + b_i."""
        product = linear(h, self.weight_hh)
        y = product if self.bias_hh is None else product + as_row(self.bias_hh)
        rz, n = 2 * self.hidden_size, self.hidden_size
        (x_rz, x_n), (y_rz, y_n) = (v.split([rz, n], -1) for v in (x, y))
        a_r, a_z = (x_rz + y_rz).split(self.hidden_size, -1)
        r, z = self.gate(a_r), self.gate(a_z)
        recurrent = RecurrentProduct(slice(0, rz + n), h, product)
        return r, z, (a_r, a_z, x_n + r * y_n), (recurrent,)

    def _reset_before(self, x: Tensor, h: Tensor):
        """Return the same as :meth:`_reset_after`."""
        rz, n = 2 * self.hidden_size, self.hidden_size
        u_rz, u_n = self.weight_hh.split([rz, n], -2)
        if self.bias_hh is not None:
            x = x + as_row(self.bias_hh)
        x_rz, x_n = x.split([rz, n], -1)
        product = linear(h, u_rz)
        a_r, a_z = (x_rz + product).split(self.hidden_size, -1)
        r, z = self.gate(a_r), self.gate(a_z)
        reset = r * h
        product_n = linear(reset, u_n)
        recurrent = (
            RecurrentProduct(slice(0, rz), h, product),
            RecurrentProduct(slice(rz, rz + n), reset, product_n),
        )
        return r, z, (a_r, a_z, x_n + product_n), recurrent

    def _slopes(self, state, step: Step) -> "_Slopes":
        # h_t = k h_{t-1} + (1 - k) n: a_z moves k, by which h_{t-1} replaces n.
        (h,), a = state, step.pre_activations
        r, z, n = (step.gates[name] for name in self.gate_names)
        dr = self.gate.derivative(a["reset_gate"], r)
        dz = self.gate.derivative(a["update_gate"], z)
        k = 1 - z if self.z_replaces else z
        dh_da_z = (n - h if self.z_replaces else h - n) * dz
        dh_da_n = (1 - k) * self.candidate.derivative(a["candidate"], n)
        y = h if self.reset_before else self._late_product(h, step)
        return _Slopes(r, k, y, dr, dh_da_z, dh_da_n)

    def _late_product(self, h: Tensor, step: Step) -> Tensor:
        """Return U_n h_{t-1} + b_hn, from ``step.recurrent`` where it is there."""
        rows = slice(2 * self.hidden_size, 3 * self.hidden_size)
        if step.recurrent:
            product = step.recurrent[0].product[..., rows]
        else:
            product = linear(h, self.weight_hh[..., rows, :])
        if self.bias_hh is None:
            return product
        return product + as_row(self.bias_hh[..., rows])

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_r, u_z, u_n = self.weight_hh.split(self.hidden_size, -2)
        r, k, y, dr, dh_da_z, dh_da_n = self._slopes(state, step)
        hh = scale_rows(dh_da_z, u_z, None if out is None else out.blocks["h", "h"])
        if self.reset_before:
            inner = left_multiply(u_n, scale_rows(y * dr, u_r))
            inner += as_row(r) * u_n.unsqueeze(-3)
            hh += dh_da_n.unsqueeze(-1) * inner
        else:
            add_scaled_rows_(hh, dh_da_n * y * dr, u_r)
            add_scaled_rows_(hh, dh_da_n * r, u_n)
        return StepJacobian({("h", "h"): hh}, k)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J by the chain rule from the left: v_a is what reaches the pre-activations,
        # and U takes v_a to h_{t-1}. With the reset before the product, r is reached
        # through a_n and U_n, by v_n.
        ((v,), (out_h,)) = cotangents, out or (None,)
        r, k, y, dr, dh_da_z, dh_da_n = self._slopes(state, step)
        if not self.reset_before:
            by_gate = (dh_da_n * y * dr, dh_da_z, dh_da_n * r)
            v_a = torch.cat([v * as_row(slope) for slope in by_gate], -1)
            return (right_multiply(v_a, self.weight_hh, out_h).addcmul_(v, as_row(k)),)
        width = self.hidden_size
        u_rz, u_n = self.weight_hh.split([2 * width, width], -2)
        v_n = right_multiply(v * as_row(dh_da_n), u_n)
        v_a = torch.cat([v_n * as_row(y * dr), v * as_row(dh_da_z)], -1)
        found = right_multiply(v_a, u_rz, out_h)
        found += v_n * as_row(r)
        found += v * as_row(k)
        return (found,)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_r, w_z, w_n = self.weight_ih.split(self.hidden_size, -2)
        _, _, y, dr, dh_da_z, dh_da_n = self._slopes(state, step)
        h = scale_rows(dh_da_z, w_z)
        if not self.reset_before:
            add_scaled_rows_(h, dh_da_n * y * dr, w_r)
            add_scaled_rows_(h, dh_da_n, w_n)
            return {"h": h}
        u_n = self.weight_hh[..., 2 * self.hidden_size :, :]
        inner = left_multiply(u_n, scale_rows(y * dr, w_r))
        inner += w_n.unsqueeze(-3)
        return {"h": h + dh_da_n.unsqueeze(-1) * inner}

    def conveyor(self, inputs, state, step) -> Tensor:
        z = step.gates["update_gate"]
        return 1 - z if self.z_replaces else z


class _Slopes(NamedTuple):
    """The elementwise factors of J_t, each (…, B, H), in the symbols of :class:`GRU`.

    Attributes:
        r: the reset gate.
        k: the keep gate.
        y: what r multiplies.
        dr: gate'(a_r).
        dh_da_z: dh_t/da_z.
        dh_da_n: dh_t/da_n.
    """

    r: Tensor
    k: Tensor
    y: Tensor
    dr: Tensor
    dh_da_z: Tensor
    dh_da_n: Tensor
