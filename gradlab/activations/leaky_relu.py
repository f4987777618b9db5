"""Leaky rectified linear unit."""

from torch import Tensor, where
from torch.nn.functional import leaky_relu

from gradlab.activations.base import Activation


NEGATIVE_SLOPE = 0.01


class LeakyReLU(Activation):
    """x for x > 0, else x/100, as PyTorch's default; the slope at 0 is 1/100.

    Source: Maas, Hannun & Ng 2013.
    """

    name = "leaky_relu"
    lipschitz = 1.0
    formula = "x if x > 0 else 0.01 x"

    def value(self, x: Tensor) -> Tensor:
        return leaky_relu(x, NEGATIVE_SLOPE)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return where(x > 0, x.new_ones(()), x.new_full((), NEGATIVE_SLOPE))
