"""The plain recurrent network with layer normalization."""

import torch
from torch import nn
from torch.nn.functional import layer_norm

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.tanh import Tanh
from gradlab.cells._torch_cell import TorchCell
from gradlab.cells.base import RecurrentProduct, Step
from gradlab.numerics.batch_invariant import linear


class LayerNormRNN(TorchCell):
    """h_t = phi(w (a_t - mean a_t) / sd a_t + b), with a_t = W x_t + U h_{t-1}.

    Mean and standard deviation are those of the H entries of a_t. All derivatives are
    autograd's.

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        bias: whether there are biases b.
        dtype: of the parameters.
    """

    name = "layer_norm_rnn"
    axes = ("activation", "init", "gain")
    equation = "h_t = phi(LN(W x_t + U h_{t-1}) + b)"
    reference = "Ba, Kiros & Hinton 2016"
    description = "plain RNN with normalized pre-activations"
    norm: nn.Parameter

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
        self.activation = Tanh() if activation is None else as_activation(activation)
        self._add_parameter("norm", hidden_size, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights as PyTorch does; w is 1."""
        super().reset_parameters()
        nn.init.ones_(self.norm)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        (h,) = state
        product = linear(h, self.weight_hh)
        whole = linear(inputs, self.weight_ih) + product
        a = layer_norm(whole, whole.shape[-1:], self.norm)
        if self.bias_ih is not None and self.bias_hh is not None:
            a = a + (self.bias_ih + self.bias_hh)
        recurrent = RecurrentProduct(slice(0, self.hidden_size), h, product)
        return Step((self.activation(a),), {}, {"recurrent": a}, (recurrent,))
