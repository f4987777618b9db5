"""Long short-term memory, with the options that ablate it.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.linear import Linear
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.arguments import whole_number
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import Diagonal, KeepGate, RecurrentProduct, Step, StepJacobian
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    left_multiply,
    linear,
    right_multiply,
    scale_rows,
)


class LSTM(TorchCell):
    """c_t = f c_{t-1} + i g, h_t = o psi(c_t), gates from x_t and h_{t-1}.

    Products of vectors are elementwise; terms in brackets are there with peepholes::

        i = gate(a_i),  a_i = W_i x_t + U_i h_{t-1} + b_i  [+ p_i c_{t-1}]
        f = gate(a_f),  a_f = W_f x_t + U_f h_{t-1} + b_f  [+ p_f c_{t-1}]
        g = phi(a_g),   a_g = W_g x_t + U_g h_{t-1} + b_g
        c_t = f c_{t-1} + i g
        o = gate(a_o),  a_o = W_o x_t + U_o h_{t-1} + b_o  [+ p_o c_t]
        h_t = o psi(c_t),  or  W_hr (o psi(c_t))  with a projection

    The derivatives follow by the chain rule, D(v) being diag(v). How c_t depends on the
    pre-activations and on c_{t-1}, and h_t on a_o and on c_t::

        dc_t/da_i = g gate'(a_i)
        dc_t/da_f = c_{t-1} gate'(a_f),  or  (c_{t-1} - g) gate'(a_f)  if coupled
        dc_t/da_g = i phi'(a_g)
        d = f [+ p_i dc_t/da_i + p_f dc_t/da_f]
        dh_t/da_o = psi(c_t) gate'(a_o)
        s = o psi'(c_t) [+ p_o dh_t/da_o]

    The blocks of J_t (a projection multiplies those of h_t by W_hr from the left)::

        dc_t/dh_{t-1} = D(dc_t/da_i) U_i + D(dc_t/da_f) U_f + D(dc_t/da_g) U_g
        dc_t/dc_{t-1} = D(d)
        dh_t/dh_{t-1} = D(s) dc_t/dh_{t-1} + D(dh_t/da_o) U_o
        dh_t/dc_{t-1} = D(s d)

    The conveyor is d; with peepholes it can exceed 1 or be negative. dc_t/dx_t and
    dh_t/dx_t have W in place of U. Without options it is ``torch.nn.LSTMCell``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi and psi, or their name; tanh by default.
        peephole: input and forget gate see c_{t-1}, the output gate c_t, through
            ``weight_peephole`` (H per gate that is there: i f o).
        no_forget: the 1997 cell, f = 1.
        coupled: i = 1 - f; the forget gate's block stays.
        no_output_activation: h_t = o c_t.
        gate: activation of the gates; sigmoid by default.
        candidate: phi alone.
        proj: P > 0 projects h_t = W_hr (o psi(c_t)), ``weight_hr`` (P, H).
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "lstm"
    title = "LSTM"
    supports_ensembles = True
    weight_hr: nn.Parameter
    weight_peephole: nn.Parameter
    state_names = ("h", "c")
    options = {
        "peephole": False,
        "no_forget": False,
        "coupled": False,
        "no_output_activation": False,
        "gate": "sigmoid",
        "candidate": None,
        "proj": 0,
    }
    conflicts = (("no_forget", "coupled"),)
    axes = ("activation", "init", "gain", "forget_bias", "input_bias")
    axes_removed_by = {
        "no_forget": ("forget_bias",),
        "coupled": ("input_bias",),
        "candidate+no_output_activation": ("activation",),
    }
    equation = "c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)"
    reference = "Hochreiter & Schmidhuber 1997; Gers et al. 2000"
    description = "LSTM: a cell state carried on by the forget gate"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        peephole: bool = False,
        no_forget: bool = False,
        coupled: bool = False,
        no_output_activation: bool = False,
        gate: Activation | str | None = None,
        candidate: Activation | str | None = None,
        proj: int = 0,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        _check(hidden_size, proj, no_forget, coupled)
        self.proj_size = proj
        self.gate_names = _gate_names(no_forget, coupled)
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        if proj:
            self._add_parameter("weight_hr", proj, hidden_size, dtype=dtype)
        if peephole:
            width = hidden_size * (len(self.gate_names) - 1)
            self._add_parameter("weight_peephole", width, dtype=dtype)
        self.peephole = peephole
        self.no_forget = no_forget
        self.coupled = coupled
        phi = Tanh() if activation is None else as_activation(activation)
        self.gate = Sigmoid() if gate is None else as_activation(gate)
        self.candidate = phi if candidate is None else as_activation(candidate)
        self.output_activation = Linear() if no_output_activation else phi
        self.reset_parameters()

    @property
    def state_sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)

    @property
    def keep_gate(self) -> KeepGate | None:
        if self.no_forget or self.bias_ih is None:
            return None
        return KeepGate("forget_gate", 1)

    @property
    def input_gate(self) -> str | None:
        return None if self.coupled or self.bias_ih is None else "input_gate"

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        h, c = state
        product = linear(h, self.weight_hh)
        a = self._by_gate(self._pre_activations(inputs, product), -1)
        p = self._peepholes()
        for name in ("input_gate", "forget_gate"):
            if name in p:
                a[name] = a[name] + p[name] * c
        f = torch.ones_like(c) if self.no_forget else self.gate(a["forget_gate"])
        i = 1 - f if self.coupled else self.gate(a["input_gate"])
        g = self.candidate(a["candidate"])
        c = f * (c if keep_path_carry is None else keep_path_carry) + i * g
        if "output_gate" in p:
            a["output_gate"] = a["output_gate"] + p["output_gate"] * c
        o = self.gate(a["output_gate"])
        h = o * self.output_activation(c)
        if self.proj_size:
            h = linear(h, self.weight_hr)
        gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
        if self.no_forget:
            del gates["forget_gate"]
        rows = slice(0, self.weight_hh.shape[-2])
        return Step((h, c), gates, a, (RecurrentProduct(rows, state[0], product),))

    def _slopes_of_c(self, state, step: Step) -> tuple[dict[str, Tensor], Tensor]:
        """Return dc_t/da by gate, in the order of the weight's rows, and d."""
        # c_t = f c_{t-1} + i g: each gate's slope times what the gate multiplies;
        # coupled, i = 1 - f, so a_f moves both terms.
        (_, c), a, gates = state, step.pre_activations, step.gates
        g = gates["candidate"]
        dc_da = {}
        if not self.coupled:
            slope = self.gate.derivative(a["input_gate"], gates["input_gate"])
            dc_da["input_gate"] = g * slope
        if not self.no_forget:
            slope = self.gate.derivative(a["forget_gate"], gates["forget_gate"])
            dc_da["forget_gate"] = (c - g if self.coupled else c) * slope
        slope = self.candidate.derivative(a["candidate"], g)
        dc_da["candidate"] = gates["input_gate"] * slope
        # d: c_{t-1} enters by f itself and, with peepholes, by a_i and a_f.
        d = torch.ones_like(c) if self.no_forget else gates["forget_gate"]
        for name, p in self._peepholes().items():
            if name != "output_gate":
                d = d + dc_da[name] * p
        return dc_da, d

    def _slopes_of_h(self, step: Step) -> tuple[Tensor, Tensor]:
        """Return dh_t/da_o and s = dh_t/dc_t, both before the projection."""
        # h_t = o psi(c_t); with a peephole c_t enters by a_o, too.
        c, o = step.state[1], step.gates["output_gate"]
        psi = self.output_activation(c)
        dh_da = psi * self.gate.derivative(step.pre_activations["output_gate"], o)
        s = o * self.output_activation.derivative(c, psi)
        if self.peephole:
            s = s + dh_da * self._peepholes()["output_gate"]
        return dh_da, s

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        dc_da, d = self._slopes_of_c(state, step)
        dh_da, s = self._slopes_of_h(step)
        ch_out = None if out is None else out.blocks["c", "h"]
        hh_out = None if out is None or self.proj_size else out.blocks["h", "h"]
        u = self._by_gate(self.weight_hh, -2)
        ch = _sum_of_scaled(dc_da, u, ch_out)
        hh = torch.mul(s.unsqueeze(-1), ch, out=hh_out)
        add_scaled_rows_(hh, dh_da, u["output_gate"])
        hc: Tensor | Diagonal = Diagonal(s * d)
        if self.proj_size:
            hh = left_multiply(self.weight_hr, hh)
            hc = as_row(s * d) * self.weight_hr.unsqueeze(-3)
        # there is no block "cc": all of dc_t/dc_{t-1} is the conveyor
        blocks = {("h", "h"): hh, ("h", "c"): hc, ("c", "h"): ch}
        return StepJacobian(blocks, conveyor=d)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # v J by the chain rule from the left: v_c + v_h s is what reaches c_t; v_a what
        # reaches the pre-activations, from c_t and h_t; U takes v_a to h_{t-1}.
        (v_h, v_c), (out_h, out_c) = cotangents, out or (None, None)
        dc_da, d = self._slopes_of_c(state, step)
        dh_da, s = self._slopes_of_h(step)
        if self.proj_size:
            v_h = right_multiply(v_h, self.weight_hr)
        v_c = torch.addcmul(v_c, v_h, as_row(s))
        v_a = [*(v_c * as_row(slope) for slope in dc_da.values()), v_h * as_row(dh_da)]
        return (
            right_multiply(torch.cat(v_a, -1), self.weight_hh, out_h),
            torch.mul(v_c, as_row(d), out=out_c),
        )

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        dc_da, _ = self._slopes_of_c(state, step)
        dh_da, s = self._slopes_of_h(step)
        w = self._by_gate(self.weight_ih, -2)
        c = _sum_of_scaled(dc_da, w)
        h = s.unsqueeze(-1) * c
        add_scaled_rows_(h, dh_da, w["output_gate"])
        if self.proj_size:
            h = left_multiply(self.weight_hr, h)
        return {"h": h, "c": c}

    def conveyor(self, inputs, state, step) -> Tensor:
        return self._slopes_of_c(state, step)[1]

    def _by_gate(self, stacked: Tensor, dim: int) -> dict[str, Tensor]:
        """Return the blocks of H along ``dim`` by gate."""
        parts = stacked.split(self.hidden_size, dim)
        return dict(zip(self.gate_names, parts, strict=True))

    def _peepholes(self) -> Mapping[str, Tensor]:
        """Return the peephole weights by gate, (…M, 1, H); empty without peepholes."""
        if not self.peephole:
            return {}
        names = [name for name in self.gate_names if name != "candidate"]
        parts = as_row(self.weight_peephole).split(self.hidden_size, -1)
        return dict(zip(names, parts, strict=True))


def _sum_of_scaled(
    scales: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    out: Tensor | None = None,
) -> Tensor:
    """Return the sum over gates of D(scale) @ weight, (…, B, H, n)."""
    (first, scale), *rest = scales.items()
    total = scale_rows(scale, weights[first], out)
    for name, scale in rest:
        add_scaled_rows_(total, scale, weights[name])
    return total


def _gate_names(no_forget: bool, coupled: bool) -> tuple[str, ...]:
    names = ("input_gate", "forget_gate", "candidate", "output_gate")
    dropped = "forget_gate" if no_forget else "input_gate" if coupled else ""
    return tuple(name for name in names if name != dropped)


def _check(hidden_size: int, proj: int, no_forget: bool, coupled: bool) -> None:
    whole_number("hidden_size", hidden_size, 1, try_="64")
    whole_number("proj", proj, 0, try_="2")
    if no_forget and coupled:
        raise ConfigError(
            got="an LSTM with no_forget and coupled",
            expected="one of them: coupling needs the forget gate",
            try_="lstm:coupled",
        )
    if proj and proj >= hidden_size:
        raise ConfigError(
            got=f"proj={proj} with {hidden_size} hidden units",
            expected=f"a width from 1 to {hidden_size - 1}",
            try_=f"proj={max(1, hidden_size // 2)}",
        )
