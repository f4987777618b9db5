"""Long expressive memory: two states, each with a step length of its own per unit.

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
    left_multiply,
    linear,
    right_multiply,
    scale_rows,
)


class LEM(TorchCell):
    """c moves to what h and x_t say, then h to what c and x_t say, each at its pace.

    The steps of the authors' code, in which h is y and c is z; the rows U_h
    (``h_gate``), U_c (``c_gate``) and U_m (``c_candidate``) of ``weight_hh`` multiply
    h_{t-1}, and U_g (``candidate``) multiplies c_t::

        d = dt sigma(a_h),  a_h = W_h x_t + U_h h_{t-1} + b_h
        e = dt sigma(a_c),  a_c = W_c x_t + U_c h_{t-1} + b_c
        m = phi(a_m),       a_m = W_m x_t + U_m h_{t-1} + b_m
        c_t = (1 - e) c_{t-1} + e m
        g = phi(a_g),       a_g = W_g x_t + U_g c_t + b_g
        h_t = (1 - d) h_{t-1} + d g

    By the chain rule, with e' = de/da_c = e (1 - e / dt), d' likewise, and
    M = D(d phi'(a_g)) U_g = dh_t/dc_t::

        dc_t/dc_{t-1} = D(1 - e)
        dc_t/dh_{t-1} = D((m - c_{t-1}) e') U_c + D(e phi'(a_m)) U_m
        dh_t/dc_{t-1} = M D(1 - e)
        dh_t/dh_{t-1} = D(1 - d) + D((g - h_{t-1}) d') U_h + M dc_t/dh_{t-1}

    The carry is c, its conveyor 1 - e. The forget bias is that of 1 - sigma(a_c), where
    dt is 1; h has its own gate beside it. ``Step.gates`` has sigma, without dt.

    Source: Rusch et al. 2022 (by the authors' code; the paper was not read).

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        dt: the longest step, above 0.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "lem"
    title = "LEM"
    supports_ensembles = True
    state_names = ("h", "c")
    gate_names = ("h_gate", "c_gate", "c_candidate", "candidate")
    options = {"dt": 1.0}
    axes = ("activation", "init", "gain", "forget_bias")
    axes_removed_by = {"dt": ("forget_bias",)}
    equation = "c_t = (1 - e) c_{t-1} + e m,  h_t = (1 - d) h_{t-1} + d g(c_t)"
    reference = "Rusch et al. 2022"
    description = "LEM: two states that move at paces learnt unit by unit"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        dt: float = 1.0,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.dt = number("dt", dt, above=0, try_="1")
        self.gate = Sigmoid()
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        if self.bias_ih is None or self.dt != 1:
            return None
        return KeepGate("c_gate", -1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h, c), width = state, self.hidden_size
        u_of_h, u_g = self._by_operand()
        x = self._input_term(inputs)
        if self.bias_hh is not None:
            x = x + as_row(self.bias_hh)
        x_of_h, x_g = x.split([3 * width, width], -1)
        product = linear(h, u_of_h)
        a_h, a_c, a_m = (x_of_h + product).split(width, -1)
        gate_h, gate_c, m = self.gate(a_h), self.gate(a_c), self.candidate(a_m)
        d, e = self.dt * gate_h, self.dt * gate_c
        c = (1 - e) * (c if keep_path_carry is None else keep_path_carry) + e * m
        product_g = linear(c, u_g)
        a_g = x_g + product_g
        g = self.candidate(a_g)
        return Step(
            ((1 - d) * h + d * g, c),
            dict(zip(self.gate_names, (gate_h, gate_c, m, g), strict=True)),
            dict(zip(self.gate_names, (a_h, a_c, a_m, a_g), strict=True)),
            (
                RecurrentProduct(slice(0, 3 * width), h, product),
                RecurrentProduct(slice(3 * width, 4 * width), c, product_g),
            ),
        )

    def _by_operand(self) -> tuple[Tensor, ...]:
        """Return the rows of ``weight_hh`` that multiply h_{t-1}, and c_t."""
        width = self.hidden_size
        return self.weight_hh.split([3 * width, width], -2)

    def _slopes(self, state, step: Step) -> tuple[Tensor, ...]:
        """Return dh_t/da_h, dc_t/da_c, dc_t/da_m and dh_t/da_g, each (…, B, H)."""
        h, c = state
        gate_h, gate_c, m, g = (step.gates[name] for name in self.gate_names)
        a_h, a_c, a_m, a_g = (step.pre_activations[name] for name in self.gate_names)
        return (
            (g - h) * self.dt * self.gate.derivative(a_h, gate_h),
            (m - c) * self.dt * self.gate.derivative(a_c, gate_c),
            self.dt * gate_c * self.candidate.derivative(a_m, m),
            self.dt * gate_h * self.candidate.derivative(a_g, g),
        )

    def _kept(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return 1 - d and 1 - e, what h and c keep, (…, B, H)."""
        h, c = (1 - self.dt * step.gates[name] for name in ("h_gate", "c_gate"))
        return h, c

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_h, u_c, u_m, u_g = self.weight_hh.split(self.hidden_size, -2)
        dh_da_h, dc_da_c, dc_da_m, dh_da_g = self._slopes(state, step)
        kept_h, kept_c = self._kept(step)
        ch = scale_rows(dc_da_c, u_c, None if out is None else out.blocks["c", "h"])
        add_scaled_rows_(ch, dc_da_m, u_m)
        hh = dh_da_g.unsqueeze(-1) * left_multiply(u_g, ch)
        add_scaled_rows_(hh, dh_da_h, u_h)
        hh.diagonal(dim1=-2, dim2=-1).add_(kept_h)
        hc = scale_rows(dh_da_g, u_g, None if out is None else out.blocks["h", "c"])
        hc *= as_row(kept_c)
        # there is no block "cc": all of dc_t/dc_{t-1} is the conveyor
        return StepJacobian({("h", "h"): hh, ("h", "c"): hc, ("c", "h"): ch}, kept_c)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J from the left: u is what reaches c_t, by itself and through a_g.
        (v_h, v_c), (out_h, out_c) = cotangents, out or (None, None)
        u_of_h, u_g = self._by_operand()
        dh_da_h, dc_da_c, dc_da_m, dh_da_g = self._slopes(state, step)
        kept_h, kept_c = self._kept(step)
        u = v_c + right_multiply(v_h * as_row(dh_da_g), u_g)
        v_a = [v_h * as_row(dh_da_h), u * as_row(dc_da_c), u * as_row(dc_da_m)]
        found = right_multiply(torch.cat(v_a, -1), u_of_h, out_h)
        found += v_h * as_row(kept_h)
        return found, torch.mul(u, as_row(kept_c), out=out_c)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_h, w_c, w_m, w_g = self.weight_ih.split(self.hidden_size, -2)
        u_g = self._by_operand()[1]
        dh_da_h, dc_da_c, dc_da_m, dh_da_g = self._slopes(state, step)
        c = add_scaled_rows_(scale_rows(dc_da_c, w_c), dc_da_m, w_m)
        h = dh_da_g.unsqueeze(-1) * left_multiply(u_g, c)
        add_scaled_rows_(h, dh_da_h, w_h)
        return {"h": add_scaled_rows_(h, dh_da_g, w_g), "c": c}

    def conveyor(self, inputs, state, step) -> Tensor:
        return self._kept(step)[1]
