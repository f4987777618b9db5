"""Gated recurrent unit in its four conventions."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from gradlab.activations.base import Activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._layout import TorchLayout, row
from gradlab.cells.base import (
    NOTHING,
    Jacobians,
    Pull,
    Recurrent,
    Step,
    StepJacobian,
)
from gradlab.numerics.batch_invariant import (
    add_scaled_rows_,
    left_multiply,
    matmul,
    multiply,
    pull_through,
    pulling,
    scale_rows,
)


class GRU(TorchLayout):
    """h_t = (1 - k) n + k h_{t-1} with the keep gate k = z, or 1 - z.

    PyTorch keeps with z and resets after the product; it is ``torch.nn.GRUCell``::

        n = tanh(W_n x + b_in + r (U_n h_{t-1} + b_hn))             reset after
        n = tanh(W_n x + b_in + U_n (r h_{t-1}) + b_hn)             reset before

        J = D(k) +- D((h_{t-1} - n) z') U_z + D((1 - k) n') N
        N = D(r) U_n + D((U_n h_{t-1} + b_hn) r') U_r               reset after
        N = U_n (D(r) + D(h_{t-1} r') U_r)                          reset before

    The conveyor is k, the sign that of dk/dz.

    Args:
        input_size: I.
        hidden_size: H.
        activation: of the candidate; tanh by default.
        reset_before: reset before the product (Cho et al. 2014).
        z_replaces: k = 1 - z (Chung et al. 2014).
        gate: activation of the gates; sigmoid by default.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "gru"
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
        activation: Activation | None = None,
        reset_before: bool = False,
        z_replaces: bool = False,
        gate: Activation | None = None,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias=bias, dtype=dtype)
        self.reset_before = reset_before
        self.z_replaces = z_replaces
        self.gate = gate or Sigmoid()
        self.candidate = activation or Tanh()
        self.reset_parameters()

    @property
    def keep_gate(self) -> tuple[str, int] | None:
        if self.bias_ih is None:
            return None
        return "update_gate", -1 if self.z_replaces else 1

    def step(self, inputs, state, *, kept=None) -> Step:
        (h,) = state
        advance = self._reset_before if self.reset_before else self._reset_after
        gates, a, recurrent = advance(self._inputs(inputs), h)
        z, n = gates["update_gate"], gates["candidate"]
        carried = h if kept is None else kept
        replaced = z if self.z_replaces else 1 - z
        keep = 1 - z if self.z_replaces else z
        return Step((replaced * n + keep * carried,), gates, a, recurrent)

    def jacobian(self, inputs, state, step) -> StepJacobian:
        slopes = self._slopes(state, step)
        return StepJacobian({"hh": self._block(slopes)}, slopes.keep)

    def jacobians(self, inputs, state, step) -> Jacobians:
        slopes = self._slopes(state, step)

        def some(span: slice, over: Mapping[str, Tensor] = NOTHING) -> StepJacobian:
            block = self._block(slopes.at(span), over.get("hh"))
            return StepJacobian({"hh": block}, slopes.keep[span])

        return some

    def _block(self, slopes: "_Slopes", into: Tensor | None = None) -> Tensor:
        """Return J_t without the conveyor."""
        to_reset, to_update, to_new = self.weight_hh.split(self.hidden_size, -2)
        block = scale_rows(slopes.update, to_update, into)
        if self.reset_before:
            moved = scale_rows(slopes.reset, to_reset)
            inner = left_multiply(to_new, moved)
            inner += slopes.direct.unsqueeze(-2) * to_new.unsqueeze(-3)
            block += slopes.candidate.unsqueeze(-1) * inner
        else:
            add_scaled_rows_(block, slopes.reset, to_reset)
            add_scaled_rows_(block, slopes.candidate, to_new)
        return block

    def pullback(self, inputs, state, step, cotangents) -> tuple[Tensor, ...]:
        slopes = self._slopes(state, step)
        reset, update, candidate, direct, keep, _ = (v.unsqueeze(-2) for v in slopes)
        (g,) = cotangents
        if not self.reset_before:
            gates = torch.cat([g * reset, g * update, g * candidate], -1)
            return (pull_through(gates, self.weight_hh).addcmul(g, keep),)
        width = self.hidden_size
        early, late = self.weight_hh.split([2 * width, width], -2)
        new = pull_through(g * candidate, late)
        gates = torch.cat([new * reset, g * update], -1)
        return (pull_through(gates, early) + new * direct + g * keep,)

    def pullbacks(self, inputs, state, step) -> Pull:
        if self.reset_before:
            return super().pullbacks(inputs, state, step)
        slopes = self._slopes(state, step)
        to_earlier = (self._by_block if self._explicit else self._by_gates)(slopes)
        keep = slopes.keep.unsqueeze(-2)

        def pull(k, cotangents, into) -> None:
            to_earlier(k, cotangents[0], into[0])
            into[0].addcmul_(cotangents[0], keep[k])

        return pull

    def _by_gates(self, slopes: "_Slopes") -> Callable[..., None]:
        """Pull cotangents back through all gates at once, without the conveyor."""
        gates = torch.stack([slopes.reset, slopes.update, slopes.candidate], -2)
        gates, pulled = gates.unsqueeze(-3), pulling(self.weight_hh)

        def to_earlier(k: int, cotangents: Tensor, into: Tensor) -> None:
            pulled((cotangents.unsqueeze(-2) * gates[k]).flatten(-2), into)

        return to_earlier

    def _by_block(self, slopes: "_Slopes") -> Callable[..., None]:
        """Pull them back by what is not the conveyor of J_t, H^2 each."""
        block: Tensor | None = None

        def to_earlier(k: int, cotangents: Tensor, into: Tensor) -> None:
            nonlocal block
            block = self._block(slopes.at(k), block)
            whole = into.view(-1, *into.shape[-2:])
            multiply(cotangents.flatten(0, -3), block.flatten(0, -3), whole)

        return to_earlier

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        slopes = self._slopes(state, step)
        by_reset, by_update, by_new = self.weight_ih.split(self.hidden_size, -2)
        block = scale_rows(slopes.update, by_update)
        if not self.reset_before:
            add_scaled_rows_(block, slopes.reset, by_reset)
            add_scaled_rows_(block, slopes.new, by_new)
            return {"h": block}
        to_new = self.weight_hh[..., 2 * self.hidden_size :, :]
        inner = left_multiply(to_new, scale_rows(slopes.reset, by_reset))
        inner += by_new.unsqueeze(-3)
        return {"h": block + slopes.new.unsqueeze(-1) * inner}

    def conveyor(self, inputs, state, step) -> Tensor:
        z = step.gates["update_gate"]
        return 1 - z if self.z_replaces else z

    def _reset_after(self, x: Tensor, h: Tensor):
        product = matmul(h, self.weight_hh)
        y = product if self.bias_hh is None else product + row(self.bias_hh)
        width = self.hidden_size
        early = x[..., : 2 * width] + y[..., : 2 * width]
        a_reset, a_update = early.split(width, -1)
        reset, update = self.gate(a_reset), self.gate(a_update)
        a_new = x[..., 2 * width :] + reset * y[..., 2 * width :]
        recurrent = Recurrent(slice(0, 3 * width), h, product)
        return *self._named(a_reset, a_update, a_new, reset, update), (recurrent,)

    def _reset_before(self, x: Tensor, h: Tensor):
        width = self.hidden_size
        early, late = self.weight_hh.split([2 * width, width], -2)
        if self.bias_hh is not None:
            x = x + row(self.bias_hh)
        product = matmul(h, early)
        a_reset, a_update = (x[..., : 2 * width] + product).split(width, -1)
        reset, update = self.gate(a_reset), self.gate(a_update)
        kept = reset * h
        new = matmul(kept, late)
        recurrent = (
            Recurrent(slice(0, 2 * width), h, product),
            Recurrent(slice(2 * width, 3 * width), kept, new),
        )
        a_new = x[..., 2 * width :] + new
        return *self._named(a_reset, a_update, a_new, reset, update), recurrent

    def _named(self, a_reset, a_update, a_new, reset, update):
        """Return gates and pre-activations by name."""
        values = (reset, update, self.candidate(a_new))
        gates = dict(zip(self.gate_names, values, strict=True))
        a = dict(zip(self.gate_names, (a_reset, a_update, a_new), strict=True))
        return gates, a

    def _slopes(self, state, step: Step) -> "_Slopes":
        (h,), a = state, step.pre_activations
        r, z, n = (step.gates[name] for name in self.gate_names)
        d_reset, d_update = (
            self.gate.derivative(a[name], step.gates[name])
            for name in self.gate_names[:2]
        )
        keep = 1 - z if self.z_replaces else z
        moved = n - h if self.z_replaces else h - n
        new = (1 - keep) * self.candidate.derivative(a["candidate"], n)
        if self.reset_before:
            return _Slopes(h * d_reset, moved * d_update, new, r, keep, new)
        reset = new * self._late_product(h, step) * d_reset
        return _Slopes(reset, moved * d_update, new * r, r, keep, new)

    def _late_product(self, h: Tensor, step: Step) -> Tensor:
        """Return U_n h_{t-1} + b_hn, from the step where it says so."""
        rows = slice(2 * self.hidden_size, 3 * self.hidden_size)
        if step.recurrent:
            product = step.recurrent[0].product[..., rows]
        else:
            product = matmul(h, self.weight_hh[..., rows, :])
        if self.bias_hh is None:
            return product
        return product + row(self.bias_hh[..., rows])


class _Slopes(NamedTuple):
    """The elementwise factors of J_t, each (…, B, H).

    Attributes:
        reset: by what U_r's rows are scaled; with reset before it is h_{t-1} r', and
            acts before U_n.
        update: by what U_z's rows are scaled, +-(h_{t-1} - n) z'.
        candidate: by what U_n's rows are scaled.
        direct: r, which scales U_n's columns with reset before (not used after).
        keep: k.
        new: dh_t by the candidate's pre-activation, by which W_n's rows are scaled.
    """

    reset: Tensor
    update: Tensor
    candidate: Tensor
    direct: Tensor
    keep: Tensor
    new: Tensor

    def at(self, k: int | slice) -> "_Slopes":
        """Return those of the k-th step along a leading time axis, or of some."""
        return _Slopes(*(values[k] for values in self))
