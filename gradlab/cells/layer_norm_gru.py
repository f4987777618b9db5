"""The gated recurrent unit with layer normalization."""

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell
from gradlab.cells.base import KeepGate, RecurrentProduct, Step
from gradlab.numerics.batch_invariant import linear


class LayerNormGRU(TorchCell):
    """A GRU whose two products are normalized: of its gates, and of its candidate.

    LN(v; w) = w (v - mean v) / sd v, over the entries of v::

        (a_r, a_z) = LN(W_rz x_t; w_1) + LN(U_rz h_{t-1}; w_2) + b
        r, z = sigmoid(a_r), sigmoid(a_z)
        n = phi(LN(W_n x_t; w_3) + b_in + r (LN(U_n h_{t-1}; w_4) + b_hn))
        h_t = (1 - z) n + z h_{t-1}

    z keeps the past, as PyTorch's. Its conveyor is z. All derivatives are autograd's. A
    factor of W or U changes nothing (but for the 1e-5 beside the variance), so that
    there is no axis ``gain``.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        bias: whether there are biases b.
        dtype: of the parameters.
    """

    name = "layer_norm_gru"
    gate_names = ("reset_gate", "update_gate", "candidate")
    axes = ("activation", "init", "forget_bias")
    equation = "r, z = s(LN(W x_t) + LN(U h_{t-1}) + b),  h_t = (1 - z) n + z h_{t-1}"
    reference = "Ba, Kiros & Hinton 2016"
    description = "GRU with normalized pre-activations"
    norm_ih: nn.Parameter
    norm_hh: nn.Parameter

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
        for name in ("norm_ih", "norm_hh"):
            self._add_parameter(name, 3 * hidden_size, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights as PyTorch does; each w is 1."""
        super().reset_parameters()
        nn.init.ones_(self.norm_ih)
        nn.init.ones_(self.norm_hh)

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("update_gate", 1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        product = linear(h, self.weight_hh)
        x_rz, x_n = self._normed(linear(inputs, self.weight_ih), self.norm_ih)
        y_rz, y_n = self._normed(product, self.norm_hh)
        if self.bias_ih is not None and self.bias_hh is not None:
            widths = [2 * self.hidden_size, self.hidden_size]
            (b_rz, b_n), (d_rz, d_n) = (
                bias.split(widths) for bias in (self.bias_ih, self.bias_hh)
            )
            x_rz, x_n, y_n = x_rz + b_rz + d_rz, x_n + b_n, y_n + d_n
        a_r, a_z = (x_rz + y_rz).split(self.hidden_size, -1)
        r, z = self.gate(a_r), self.gate(a_z)
        a_n = x_n + r * y_n
        n = self.candidate(a_n)
        kept = h if keep_path_carry is None else keep_path_carry
        return Step(
            ((1 - z) * n + z * kept,),
            dict(zip(self.gate_names, (r, z, n), strict=True)),
            dict(zip(self.gate_names, (a_r, a_z, a_n), strict=True)),
            (RecurrentProduct(slice(0, 3 * self.hidden_size), h, product),),
        )

    def _normed(self, product: Tensor, weight: Tensor) -> list[Tensor]:
        """Return the gates' rows and the candidate's, each normalized by itself."""
        widths = [2 * self.hidden_size, self.hidden_size]
        return [
            layer_norm(part, part.shape[-1:], w)
            for part, w in zip(
                product.split(widths, -1), weight.split(widths), strict=True
            )
        ]

    def conveyor(self, inputs, state, step) -> Tensor:
        return step.gates["update_gate"]
