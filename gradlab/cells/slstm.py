"""sLSTM: the LSTM with an exponential input gate and a normaliser.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.softplus import Softplus
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import Diagonal, KeepGate, RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    linear,
    right_multiply,
    scale_rows,
)


class SLSTM(TorchCell):
    """C_t = f C_{t-1} + i g, N_t = f N_{t-1} + i, h_t = o C_t / N_t, with i = exp(a_i).

    C and N overflow, so the authors carry C exp(-m), N exp(-m) and a running maximum m.
    Derivatives of those are not those of C and N: between two steps they lack the
    factor exp(m_t - m_s). Here the state is, without any m,

        h,  l = ln N,  c = C / N,

    coordinates of (h, C, N) that neither overflow nor repeat one another. A product of
    Jacobians is that of the unstabilised recursion, written in them: block hh is the
    same number for number, and the others follow by dc = (dC - c dN) / N, dl = dN / N.
    Products of vectors are elementwise::

        i = exp(a_i),    a_i = W_i x_t + U_i h_{t-1} + b_i
        f = sigma(a_f),  a_f = W_f x_t + U_f h_{t-1} + b_f;  exp(a_f) with exp_forget
        g = phi(a_g),    a_g = W_g x_t + U_g h_{t-1} + b_g
        o = sigma(a_o),  a_o = W_o x_t + U_o h_{t-1} + b_o
        q = ln f + l_{t-1} - a_i,  k = f N_{t-1} / N_t = sigma(q)
        l_t = a_i + ln(1 + exp q)
        c_t = k c_{t-1} + (1 - k) g
        h_t = o c_t

    By the chain rule, with p = d ln f / da_f and r = (c_{t-1} - g) k (1 - k)::

        dl_t/dh_{t-1} = D(k p) U_f + D(1 - k) U_i,  dl_t/dl_{t-1} = D(k)
        dc_t/dh_{t-1} = D(r p) U_f - D(r) U_i + D((1 - k) phi'(a_g)) U_g
        dc_t/dl_{t-1} = D(r),  dc_t/dc_{t-1} = D(k)
        dh_t/d.       = D(o) dc_t/d. + D(c_t o (1 - o)) U_o  (by h_{t-1} alone)

    The conveyor is k, the share of the past in c: it is what ``Step.gates`` has for the
    forget gate, and 1 - k for the input gate. A state of zeros is C = 0, N = 1; the
    authors start from N = 0, whose logarithm there is not. Recurrent weights are those
    of one head.

    Source: Beck et al. 2024 (by the authors' code).

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        exp_forget: f = exp(a_f).
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "slstm"
    title = "sLSTM"
    supports_ensembles = True
    state_names = ("h", "l", "c")
    gate_names = ("input_gate", "forget_gate", "candidate", "output_gate")
    options = {"exp_forget": False}
    axes = ("activation", "init", "gain", "forget_bias", "input_bias")
    equation = "c_t = k c_{t-1} + (1 - k) g,  k = f N_{t-1} / N_t,  h_t = o c_t"
    reference = "Beck et al. 2024"
    description = "sLSTM: exponential input gate, and a normaliser that counts it"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        exp_forget: bool = False,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.exp_forget = exp_forget
        self.gate, self.softplus = Sigmoid(), Softplus()
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("forget_gate", 1)

    @property
    def input_gate(self) -> str | None:
        return None if self.bias_ih is None else "input_gate"

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        h, l, c = state
        product = linear(h, self.weight_hh)
        a = self._pre_activations(inputs, product).split(self.hidden_size, -1)
        a_i, a_f, a_g, a_o = a
        ln_f = a_f if self.exp_forget else -self.softplus(-a_f)
        q = ln_f + l - a_i
        k, g, o = self.gate(q), self.candidate(a_g), self.gate(a_o)
        c = k * (c if keep_path_carry is None else keep_path_carry) + (1 - k) * g
        rows = slice(0, 4 * self.hidden_size)
        return Step(
            (o * c, a_i + self.softplus(q), c),
            dict(zip(self.gate_names, (1 - k, k, g, o), strict=True)),
            dict(zip(self.gate_names, a, strict=True)),
            (RecurrentProduct(rows, h, product),),
        )

    def _slopes(self, state, step: Step) -> tuple[Tensor, ...]:
        """Return p, r, dc_t/da_g and dh_t/da_o with c_t held, each (…, B, H)."""
        k, g, o = (step.gates[n] for n in self.gate_names[1:])
        _, a_f, a_g, a_o = (step.pre_activations[n] for n in self.gate_names)
        p = torch.ones_like(k) if self.exp_forget else self.gate(-a_f)
        return (
            p,
            (state[2] - g) * k * (1 - k),
            (1 - k) * self.candidate.derivative(a_g, g),
            step.state[2] * self.gate.derivative(a_o, o),
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        u_i, u_f, u_g, u_o = self.weight_hh.split(self.hidden_size, -2)
        buffers = {} if out is None else out.blocks
        k, o = (step.gates[name] for name in ("forget_gate", "output_gate"))
        p, r, dc_da_g, dh_da_o = self._slopes(state, step)
        lh = scale_rows(k * p, u_f, buffers.get(("l", "h")))
        add_scaled_rows_(lh, 1 - k, u_i)
        ch = scale_rows(r * p, u_f, buffers.get(("c", "h")))
        add_scaled_rows_(ch, -r, u_i)
        add_scaled_rows_(ch, dc_da_g, u_g)
        hh = torch.mul(o.unsqueeze(-1), ch, out=buffers.get(("h", "h")))
        add_scaled_rows_(hh, dh_da_o, u_o)
        # there is no block "cc": all of dc_t/dc_{t-1} is the conveyor
        blocks: dict[tuple[str, str], Tensor | Diagonal] = {
            ("h", "h"): hh,
            ("h", "l"): Diagonal(o * r),
            ("h", "c"): Diagonal(o * k),
            ("l", "h"): lh,
            ("l", "l"): Diagonal(k),
            ("c", "h"): ch,
            ("c", "l"): Diagonal(r),
        }
        return StepJacobian(blocks, k)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J from the left: u is what reaches c_t, by itself and through h_t.
        (v_h, v_l, v_c), (out_h, out_l, out_c) = cotangents, out or (None, None, None)
        k, o = (as_row(step.gates[name]) for name in ("forget_gate", "output_gate"))
        p, r, dc_da_g, dh_da_o = map(as_row, self._slopes(state, step))
        u = torch.addcmul(v_c, v_h, o)
        by_share = v_l * k + u * r  # what reaches ln f + l_{t-1}
        v_a = [v_l * (1 - k) - u * r, by_share * p, u * dc_da_g, v_h * dh_da_o]
        return (
            right_multiply(torch.cat(v_a, -1), self.weight_hh, out_h),
            by_share if out_l is None else out_l.copy_(by_share),
            torch.mul(u, k, out=out_c),
        )

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_i, w_f, w_g, w_o = self.weight_ih.split(self.hidden_size, -2)
        k, o = (step.gates[name] for name in ("forget_gate", "output_gate"))
        p, r, dc_da_g, dh_da_o = self._slopes(state, step)
        l = add_scaled_rows_(scale_rows(k * p, w_f), 1 - k, w_i)
        c = add_scaled_rows_(scale_rows(r * p, w_f), -r, w_i)
        add_scaled_rows_(c, dc_da_g, w_g)
        h = add_scaled_rows_(o.unsqueeze(-1) * c, dh_da_o, w_o)
        return {"h": h, "l": l, "c": c}

    def conveyor(self, inputs, state, step) -> Tensor:
        return step.gates["forget_gate"]
