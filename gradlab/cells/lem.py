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
from gradlab.cells.base import RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    left_multiply,
    linear,
    right_multiply,
    scale_rows,
)


class LEM(TorchCell):
    """z moves to what h and x_t say, then h to what z and x_t say, each at its pace.

    The steps of the authors' code, in which h is y, with their rows of the weights
    sorted: U_h (``h_gate``), U_z (``z_gate``) and U_c (``z_candidate``) multiply
    h_{t-1}, and U_g (``candidate``) multiplies z_t::

        d = dt sigma(a_h),  a_h = W_h x_t + U_h h_{t-1} + b_h
        e = dt sigma(a_z),  a_z = W_z x_t + U_z h_{t-1} + b_z
        c = phi(a_c),       a_c = W_c x_t + U_c h_{t-1} + b_c
        z_t = (1 - e) z_{t-1} + e c
        g = phi(a_g),       a_g = W_g x_t + U_g z_t + b_g
        h_t = (1 - d) h_{t-1} + d g

    By the chain rule, with e' = de/da_z = e (1 - e / dt), d' likewise, and
    M = D(d phi'(a_g)) U_g = dh_t/dz_t::

        dz_t/dz_{t-1} = D(1 - e)
        dz_t/dh_{t-1} = D((c - z_{t-1}) e') U_z + D(e phi'(a_c)) U_c
        dh_t/dz_{t-1} = M D(1 - e)
        dh_t/dh_{t-1} = D(1 - d) + D((g - h_{t-1}) d') U_h + M dz_t/dh_{t-1}

    The carry is z, its conveyor 1 - e. ``Step.gates`` has sigma, without dt.

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
    state_names = ("h", "z")
    gate_names = ("h_gate", "z_gate", "z_candidate", "candidate")
    options = {"dt": 1.0}
    axes = ("activation", "init", "gain")
    equation = "z_t = (1 - e) z_{t-1} + e c,  h_t = (1 - d) h_{t-1} + d g(z_t)"
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

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h, z), width = state, self.hidden_size
        u_of_h, u_g = self._by_operand()
        x = self._input_term(inputs)
        if self.bias_hh is not None:
            x = x + as_row(self.bias_hh)
        x_of_h, x_g = x.split([3 * width, width], -1)
        product = linear(h, u_of_h)
        a_h, a_z, a_c = (x_of_h + product).split(width, -1)
        gate_h, gate_z, c = self.gate(a_h), self.gate(a_z), self.candidate(a_c)
        d, e = self.dt * gate_h, self.dt * gate_z
        z = (1 - e) * (z if keep_path_carry is None else keep_path_carry) + e * c
        product_g = linear(z, u_g)
        a_g = x_g + product_g
        g = self.candidate(a_g)
        return Step(
            ((1 - d) * h + d * g, z),
            dict(zip(self.gate_names, (gate_h, gate_z, c, g), strict=True)),
            dict(zip(self.gate_names, (a_h, a_z, a_c, a_g), strict=True)),
            (
                RecurrentProduct(slice(0, 3 * width), h, product),
                RecurrentProduct(slice(3 * width, 4 * width), z, product_g),
            ),
        )

    def _by_operand(self) -> tuple[Tensor, ...]:
        """Return the rows of ``weight_hh`` that multiply h_{t-1}, and z_t."""
        width = self.hidden_size
        return self.weight_hh.split([3 * width, width], -2)

    def _slopes(self, state, step: Step) -> tuple[Tensor, ...]:
        """Return dh_t/da_h, dz_t/da_z, dz_t/da_c and dh_t/da_g, each (…, B, H)."""
        h, z = state
        gate_h, gate_z, c, g = (step.gates[name] for name in self.gate_names)
        a_h, a_z, a_c, a_g = (step.pre_activations[name] for name in self.gate_names)
        return (
            (g - h) * self.dt * self.gate.derivative(a_h, gate_h),
            (c - z) * self.dt * self.gate.derivative(a_z, gate_z),
            self.dt * gate_z * self.candidate.derivative(a_c, c),
            self.dt * gate_h * self.candidate.derivative(a_g, g),
        )

    def _kept(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return 1 - d and 1 - e, what h and z keep, (…, B, H)."""
        h, z = (1 - self.dt * step.gates[name] for name in ("h_gate", "z_gate"))
        return h, z

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_h, u_z, u_c, u_g = self.weight_hh.split(self.hidden_size, -2)
        dh_da_h, dz_da_z, dz_da_c, dh_da_g = self._slopes(state, step)
        kept_h, kept_z = self._kept(step)
        zh = scale_rows(dz_da_z, u_z, None if out is None else out.blocks["z", "h"])
        add_scaled_rows_(zh, dz_da_c, u_c)
        hh = dh_da_g.unsqueeze(-1) * left_multiply(u_g, zh)
        add_scaled_rows_(hh, dh_da_h, u_h)
        hh.diagonal(dim1=-2, dim2=-1).add_(kept_h)
        hz = scale_rows(dh_da_g, u_g, None if out is None else out.blocks["h", "z"])
        hz *= as_row(kept_z)
        # there is no block "zz": all of dz_t/dz_{t-1} is the conveyor
        return StepJacobian({("h", "h"): hh, ("h", "z"): hz, ("z", "h"): zh}, kept_z)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J from the left: u is what reaches z_t, by itself and through a_g.
        (v_h, v_z), (out_h, out_z) = cotangents, out or (None, None)
        u_of_h, u_g = self._by_operand()
        dh_da_h, dz_da_z, dz_da_c, dh_da_g = self._slopes(state, step)
        kept_h, kept_z = self._kept(step)
        u = v_z + right_multiply(v_h * as_row(dh_da_g), u_g)
        v_a = [v_h * as_row(dh_da_h), u * as_row(dz_da_z), u * as_row(dz_da_c)]
        found = right_multiply(torch.cat(v_a, -1), u_of_h, out_h)
        found += v_h * as_row(kept_h)
        return found, torch.mul(u, as_row(kept_z), out=out_z)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_h, w_z, w_c, w_g = self.weight_ih.split(self.hidden_size, -2)
        u_g = self._by_operand()[1]
        dh_da_h, dz_da_z, dz_da_c, dh_da_g = self._slopes(state, step)
        z = add_scaled_rows_(scale_rows(dz_da_z, w_z), dz_da_c, w_c)
        h = dh_da_g.unsqueeze(-1) * left_multiply(u_g, z)
        add_scaled_rows_(h, dh_da_h, w_h)
        return {"h": add_scaled_rows_(h, dh_da_g, w_g), "z": z}

    def conveyor(self, inputs, state, step) -> Tensor:
        return self._kept(step)[1]
