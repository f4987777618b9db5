"""Long short-term memory with layer normalization."""

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell
from gradlab.cells.base import KeepGate, RecurrentProduct, Step
from gradlab.numerics.batch_invariant import linear


class LayerNormLSTM(TorchCell):
    """An LSTM whose two products, and the c_t that is shown, are normalized.

    LN(v; w) = w (v - mean v) / sd v, over the entries of v::

        (a_i, a_f, a_g, a_o) = LN(W x_t; w_1) + LN(U h_{t-1}; w_2) + b
        i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o),  g = phi(a_g)
        c_t = f c_{t-1} + i g
        h_t = o phi(LN(c_t; w_3) + b_3)

    Its conveyor is f, as in an LSTM; c_t is not normalized on its way. All derivatives
    are autograd's. A factor of W or U changes nothing (but for the 1e-5 beside the
    variance), so that there is no axis ``gain``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        bias: whether there are biases b.
        dtype: of the parameters.
    """

    name = "layer_norm_lstm"
    state_names = ("h", "c")
    gate_names = ("input_gate", "forget_gate", "candidate", "output_gate")
    axes = ("activation", "init", "forget_bias", "input_bias")
    equation = "a = LN(W x_t) + LN(U h_{t-1}) + b,  h_t = o tanh(LN(c_t))"
    reference = "Ba, Kiros & Hinton 2016"
    description = "LSTM with normalized pre-activations"
    norm_ih: nn.Parameter
    norm_hh: nn.Parameter
    norm_c: nn.Parameter
    shift_c: nn.Parameter

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
        phi = Tanh() if activation is None else as_activation(activation)
        self.candidate = self.output_activation = phi
        for name in ("norm_ih", "norm_hh"):
            self._add_parameter(name, 4 * hidden_size, dtype=dtype)
        for name in ("norm_c", "shift_c"):
            self._add_parameter(name, hidden_size, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights as PyTorch does; each w is 1, and b_3 is 0."""
        super().reset_parameters()
        for norm in (self.norm_ih, self.norm_hh, self.norm_c):
            nn.init.ones_(norm)
        nn.init.zeros_(self.shift_c)

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("forget_gate", 1)

    @property
    def input_gate(self) -> str | None:
        return None if self.bias_ih is None else "input_gate"

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        h, c = state
        product = linear(h, self.weight_hh)
        a = layer_norm(product, product.shape[-1:], self.norm_hh)
        read = linear(inputs, self.weight_ih)
        a = a + layer_norm(read, read.shape[-1:], self.norm_ih)
        if self.bias_ih is not None and self.bias_hh is not None:
            a = a + (self.bias_ih + self.bias_hh)
        by_gate = dict(zip(self.gate_names, a.split(self.hidden_size, -1), strict=True))
        i, f, o = (
            self.gate(by_gate[f"{name}_gate"]) for name in ("input", "forget", "output")
        )
        g = self.candidate(by_gate["candidate"])
        c = f * (c if keep_path_carry is None else keep_path_carry) + i * g
        shown = layer_norm(c, c.shape[-1:], self.norm_c, self.shift_c)
        h = o * self.output_activation(shown)
        gates = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
        rows = slice(0, self.weight_hh.shape[-2])
        recurrent = (RecurrentProduct(rows, state[0], product),)
        return Step((h, c), gates, by_gate, recurrent)

    def conveyor(self, inputs, state, step) -> Tensor:
        return step.gates["forget_gate"]
