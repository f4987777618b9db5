"""Rectified linear unit."""

from torch import Tensor, relu

from gradlab.activations.base import Activation


class ReLU(Activation):
    """max(x, 0); the slope at 0 is 0.

    Source: Nair & Hinton 2010.
    """

    name = "relu"
    lipschitz = 1.0
    formula = "max(x, 0)"

    def value(self, x: Tensor) -> Tensor:
        return relu(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return (x > 0).to(x.dtype)
