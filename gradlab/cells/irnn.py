"""The IRNN: a plain network of rectified linear units that starts as the identity."""

import torch
from torch import nn

from gradlab.activations.relu import ReLU
from gradlab.cells.rnn import RNN


class IRNN(RNN):
    """The plain RNN with relu, W_hh = g I and biases of zero to start from.

    At gain g = 1 every singular value of a product of its Jacobians is 0 or 1: it is 1
    until a unit is silent, and what passes through a silent unit is lost. It is
    ``torch.nn.RNNCell`` with ``nonlinearity="relu"``. W_ih takes PyTorch's default;
    other implementations of the paper draw it from N(0, 0.001^2).

    Source: Le, Jaitly & Hinton 2015 (the abstract; the rest from implementations).

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "irnn"
    title = "IRNN"
    axes = ("gain",)
    initial = {"weight_hh": "identity", "bias_ih": 0.0, "bias_hh": 0.0}
    equation = "h_t = relu(W_ih x_t + W_hh h_{t-1} + b), W_hh = I to start from"
    reference = "Le, Jaitly & Hinton 2015"
    description = "IRNN: relu and the identity, a unit counts up until it is silent"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, activation=ReLU(), bias=bias, dtype=dtype
        )

    def reset_parameters(self) -> None:
        """Set W_hh to the identity and biases to zero; draw W_ih as PyTorch does."""
        super().reset_parameters()
        nn.init.eye_(self.weight_hh)
        for bias in (self.bias_ih, self.bias_hh):
            if bias is not None:
                nn.init.zeros_(bias)
