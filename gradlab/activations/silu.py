"""Sigmoid-weighted linear unit (swish)."""

from torch import Tensor, sigmoid
from torch.nn.functional import silu

from gradlab.activations.base import Activation


class SiLU(Activation):
    """x s(x) with s the logistic function.

    With u = x/2 the slope has its maximum, (1 + u) / 2, at u tanh u = 1.

    Source: Elfwing, Uchibe & Doya 2018.
    """

    name = "silu"
    lipschitz = 1.0998393201288668
    formula = "x / (1 + exp(-x))"

    def value(self, x: Tensor) -> Tensor:
        return silu(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        s = sigmoid(x)
        return s * (1 + x * (1 - s))
