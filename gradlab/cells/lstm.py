"""Long short-term memory, with the options that ablate it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gradlab.activations.base import Activation
from gradlab.activations.linear import Linear
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._layout import TorchLayout, row
from gradlab.cells.base import (
    NOTHING,
    Diagonal,
    Jacobians,
    Pull,
    Recurrent,
    Step,
    StepJacobian,
)
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    left_multiply,
    matmul,
    multiply_add_,
    pull_through,
    pulling,
    scale_rows,
)


class LSTM(TorchLayout):
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t), gates from x_t and h_{t-1}.

    With ``into`` the coefficients by which a gate's pre-activation moves c_t, and
    s = dh_t/dc_t with the gates fixed::

        C_h = D(c_{t-1} f') U_f + D(g i') U_i + D(i g') U_g       dc_t/dh_{t-1}
        J   = [[D(s) C_h + D(tanh(c_t) o') U_o,  D(s d)],
               [C_h,                             D(d)  ]]

    The conveyor is d = f; with peepholes d = f + c_{t-1} f' p_f + g i' p_i, which can
    exceed 1 or be negative. Without options it is ``torch.nn.LSTMCell``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: of candidate and output; tanh by default.
        peephole: input and forget gate see c_{t-1}, the output gate c_t, through
            ``weight_peephole`` (H per gate that is there: i f o).
        no_forget: the 1997 cell, f = 1.
        coupled: i = 1 - f; the forget gate's block stays.
        no_output_activation: h_t = o c_t.
        gate: activation of the gates; sigmoid by default.
        candidate: activation of the candidate alone.
        proj: P > 0 projects h_t = W_hr (o tanh c_t), ``weight_hr`` (P, H).
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "lstm"
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
    axes = ("activation", "init", "gain", "forget_bias")
    axes_lost = {
        "no_forget": ("forget_bias",),
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
        activation: Activation | None = None,
        peephole: bool = False,
        no_forget: bool = False,
        coupled: bool = False,
        no_output_activation: bool = False,
        gate: Activation | None = None,
        candidate: Activation | None = None,
        proj: int = 0,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        _check(hidden_size, proj, no_forget, coupled)
        self.proj_size = proj
        self.gate_names = _blocks(no_forget, coupled)
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        if proj:
            self._parameter("weight_hr", proj, hidden_size, dtype=dtype)
        if peephole:
            width = hidden_size * (len(self.gate_names) - 1)
            self._parameter("weight_peephole", width, dtype=dtype)
        self.peephole = peephole
        self.no_forget = no_forget
        self.coupled = coupled
        self.gate = gate or Sigmoid()
        self.candidate = candidate or activation or Tanh()
        self.output = Linear() if no_output_activation else activation or Tanh()
        self.reset_parameters()

    @property
    def state_sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)

    @property
    def keep_gate(self) -> tuple[str, int] | None:
        return None if self.no_forget or self.bias_ih is None else ("forget_gate", 1)

    def step(self, inputs, state, *, kept=None) -> Step:
        h, c = state
        product = matmul(h, self.weight_hh)
        a = self._split(self._affine(inputs, product))
        peep = self._peepholes()
        for name in ("input_gate", "forget_gate"):
            if name in peep:
                a[name] = a[name] + peep[name] * c
        gates = self._early_gates(a)
        carried = c if kept is None else kept
        if not self.no_forget:
            carried = gates["forget_gate"] * carried
        c = carried + gates["input_gate"] * gates["candidate"]
        if "output_gate" in peep:
            a["output_gate"] = a["output_gate"] + peep["output_gate"] * c
        gates["output_gate"] = self.gate(a["output_gate"])
        h = gates["output_gate"] * self.output(c)
        if self.proj_size:
            h = matmul(h, self.weight_hr)
        rows = slice(0, self.weight_hh.shape[-2])
        return Step((h, c), gates, a, (Recurrent(rows, state[0], product),))

    def jacobian(self, inputs, state, step) -> StepJacobian:
        return self._blocks(self._slopes(state, step))

    def jacobians(self, inputs, state, step) -> Jacobians:
        slopes = self._slopes(state, step)

        def some(span: slice, over: Mapping[str, Tensor] = NOTHING) -> StepJacobian:
            return self._blocks(slopes.at(span), over)

        return some

    def _blocks(
        self, slopes: "_Slopes", over: Mapping[str, Tensor] = NOTHING
    ) -> StepJacobian:
        weights = self._split_rows(self.weight_hh)
        cell = _mixed(slopes.into_cell, weights, over.get("ch"))
        into = None if self.proj_size else over.get("hh")
        hidden = torch.mul(slopes.cell_to_hidden.unsqueeze(-1), cell, out=into)
        add_scaled_rows_(hidden, slopes.into_output, weights["output_gate"])
        through = slopes.cell_to_hidden * slopes.conveyor
        blocks: dict[str, Tensor | Diagonal]
        if not self.proj_size:
            blocks = {"hh": hidden, "hc": Diagonal(through), "ch": cell}
        else:
            blocks = {
                "hh": left_multiply(self.weight_hr, hidden),
                "hc": through.unsqueeze(-2) * self.weight_hr.unsqueeze(-3),
                "ch": cell,
            }
        return StepJacobian(blocks, slopes.conveyor)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        slopes = self._slopes(state, step)
        weights = self._split_rows(self.weight_ih)
        cell = _mixed(slopes.into_cell, weights)
        hidden = slopes.cell_to_hidden.unsqueeze(-1) * cell
        add_scaled_rows_(hidden, slopes.into_output, weights["output_gate"])
        if self.proj_size:
            hidden = left_multiply(self.weight_hr, hidden)
        return {"h": hidden, "c": cell}

    def pullback(self, inputs, state, step, cotangents) -> tuple[Tensor, ...]:
        factors = _Factors.of(self._slopes(state, step))
        hidden, cell = self._outputs(factors, *cotangents)
        early = (cell.unsqueeze(-2) * factors.into_cell).flatten(-2)
        gates = torch.cat([early, hidden * factors.into_output], -1)
        return pull_through(gates, self.weight_hh), cell * factors.conveyor

    def pullbacks(self, inputs, state, step) -> Pull:
        slopes = self._slopes(state, step)
        factors = list(_Factors.of(slopes).steps())
        if self._explicit and not self.proj_size:
            to_earlier = self._by_block(slopes, factors)
        else:
            to_earlier = self._by_gates(factors)

        def pull(k, cotangents, into) -> None:
            hidden, cell = self._outputs(factors[k], *cotangents)
            to_earlier(k, hidden, cell, into[0])
            torch.mul(cell, factors[k].conveyor, out=into[1])

        return pull

    def _by_gates(self, factors: Sequence["_Factors"]) -> Callable[..., None]:
        """Pull cotangents of h_t and c_t back to h_{t-1} through all gates at once."""
        pulled = pulling(self.weight_hh)

        def to_earlier(k: int, hidden: Tensor, cell: Tensor, into: Tensor) -> None:
            shape = (*cell.shape[:-1], len(self.gate_names), self.hidden_size)
            gates, early = cell.new_empty(shape), factors[k].into_cell
            torch.mul(cell.unsqueeze(-2), early, out=gates[..., :-1, :])
            torch.mul(hidden, factors[k].into_output, out=gates[..., -1, :])
            pulled(gates.flatten(-2), into)

        return to_earlier

    def _by_block(
        self, slopes: "_Slopes", factors: Sequence["_Factors"]
    ) -> Callable[..., None]:
        """Pull them back by dc_t/dh_{t-1} and the output gate, 2 H^2 each."""
        weights = self._split_rows(self.weight_hh)
        pulled = pulling(weights["output_gate"])
        block: Tensor | None = None

        def to_earlier(k: int, hidden: Tensor, cell: Tensor, into: Tensor) -> None:
            nonlocal block
            block = _mixed(slopes.at(k).into_cell, weights, block)
            pulled(hidden * factors[k].into_output, into)
            whole = into.view(-1, *into.shape[-2:])
            multiply_add_(whole, cell.flatten(0, -3), block.flatten(0, -3))

        return to_earlier

    def _outputs(
        self, factors: "_Factors", hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the cotangents of h_t before projection, and of c_t by all roads."""
        if self.proj_size:
            hidden = pull_through(hidden, self.weight_hr)
        return hidden, torch.addcmul(cell, hidden, factors.cell_to_hidden)

    def conveyor(self, inputs, state, step) -> Tensor:
        return self._conveyor(step, self._into_cell(state, step))

    def _split(self, rows: Tensor) -> dict[str, Tensor]:
        return dict(zip(self.gate_names, rows.split(self.hidden_size, -1), strict=True))

    def _split_rows(self, weight: Tensor) -> dict[str, Tensor]:
        """Return a weight's rows by gate."""
        parts = weight.split(self.hidden_size, -2)
        return dict(zip(self.gate_names, parts, strict=True))

    def _peepholes(self) -> Mapping[str, Tensor]:
        """Return the peephole weights by gate, (…M, 1, H); empty without peepholes."""
        if not self.peephole:
            return {}
        names = [name for name in self.gate_names if name != "candidate"]
        parts = row(self.weight_peephole).split(self.hidden_size, -1)
        return dict(zip(names, parts, strict=True))

    def _early_gates(self, a: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return input gate, forget gate and candidate as there are, in this order."""
        gates = {}
        if not self.coupled:
            gates["input_gate"] = self.gate(a["input_gate"])
        if not self.no_forget:
            gates["forget_gate"] = self.gate(a["forget_gate"])
        if self.coupled:
            gates = {"input_gate": 1 - gates["forget_gate"], **gates}
        gates["candidate"] = self.candidate(a["candidate"])
        return gates

    def _into_cell(self, state, step: Step) -> dict[str, Tensor]:
        """Return dc_t by each pre-activation, in the order of the weight blocks."""
        gates, a, earlier = step.gates, step.pre_activations, state[1]
        into = {}
        for name in self.gate_names[:-1]:
            if name == "candidate":
                slope = self.candidate.derivative(a[name], gates[name])
                into[name] = gates["input_gate"] * slope
                continue
            slope = self.gate.derivative(a[name], gates[name])
            moved = gates["candidate"] if name == "input_gate" else earlier
            if self.coupled:
                moved = earlier - gates["candidate"]
            into[name] = moved * slope
        return into

    def _conveyor(self, step: Step, into_cell: Mapping[str, Tensor]) -> Tensor:
        """Return d, by which c_{t-1} is handed on at fixed h_{t-1}, (…, B, H)."""
        carry = step.state[1]
        d = torch.ones_like(carry) if self.no_forget else step.gates["forget_gate"]
        for name, weight in self._peepholes().items():
            if name != "output_gate":
                d = d + into_cell[name] * weight
        return d

    def _slopes(self, state, step: Step) -> "_Slopes":
        into_cell = self._into_cell(state, step)
        gate, pre = step.gates["output_gate"], step.pre_activations["output_gate"]
        carry = step.state[1]
        out = self.output(carry)
        into_output = out * self.gate.derivative(pre, gate)
        cell_to_hidden = gate * self.output.derivative(carry, out)
        peep = self._peepholes().get("output_gate")
        if peep is not None:
            cell_to_hidden = cell_to_hidden + into_output * peep
        conveyor = self._conveyor(step, into_cell)
        return _Slopes(into_cell, into_output, cell_to_hidden, conveyor)


class _Slopes(NamedTuple):
    """The elementwise factors of J_t, each (…, B, H).

    Attributes:
        into_cell: dc_t by pre-activation, without the output gate.
        into_output: dh_t by the output gate's pre-activation (before projection).
        cell_to_hidden: s, dh_t by c_t (before projection).
        conveyor: d.
    """

    into_cell: Mapping[str, Tensor]
    into_output: Tensor
    cell_to_hidden: Tensor
    conveyor: Tensor

    def at(self, k: int | slice) -> "_Slopes":
        """Return those of the k-th step along a leading time axis, or of some."""
        into_cell = {name: values[k] for name, values in self.into_cell.items()}
        return _Slopes(into_cell, *(values[k] for values in self[1:]))


class _Factors(NamedTuple):
    """The slopes as cotangents (…, B, K, H) are scaled by them.

    Attributes:
        into_cell: (…, B, 1, early gates, H).
        into_output, cell_to_hidden, conveyor: (…, B, 1, H).
    """

    into_cell: Tensor
    into_output: Tensor
    cell_to_hidden: Tensor
    conveyor: Tensor

    @classmethod
    def of(cls, slopes: _Slopes) -> "_Factors":
        """Return those of slopes."""
        into_cell = torch.stack([*slopes.into_cell.values()], -2).unsqueeze(-3)
        return cls(into_cell, *(values.unsqueeze(-2) for values in slopes[1:]))

    def steps(self) -> Iterator["_Factors"]:
        """Yield those of each step along a leading time axis."""
        return map(_Factors, *(values.unbind(0) for values in self))


def _mixed(
    scales: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    into: Tensor | None = None,
) -> Tensor:
    """Return the sum of each gate's rows scaled, (…, B, H, n)."""
    (first, scale), *rest = scales.items()
    total = scale_rows(scale, weights[first], into)
    for name, scale in rest:
        add_scaled_rows_(total, scale, weights[name])
    return total


def _blocks(no_forget: bool, coupled: bool) -> tuple[str, ...]:
    names = ("input_gate", "forget_gate", "candidate", "output_gate")
    dropped = "forget_gate" if no_forget else "input_gate" if coupled else ""
    return tuple(name for name in names if name != dropped)


def _check(hidden_size: int, proj: int, no_forget: bool, coupled: bool) -> None:
    if no_forget and coupled:
        raise ConfigError(
            got="an LSTM with no_forget and coupled",
            expected="one of them: coupling needs the forget gate",
            try_="lstm:coupled",
        )
    if proj < 0 or proj >= hidden_size > 0 and proj:
        raise ConfigError(
            got=f"proj={proj} with {hidden_size} hidden units",
            expected=f"a width from 1 to {hidden_size - 1}",
            try_=f"proj={max(1, hidden_size // 2)}",
        )
