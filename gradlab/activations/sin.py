"""Sine."""

from torch import Tensor, cos, sin

from gradlab.activations.base import Activation


class Sin(Activation):
    """sin x; its slope can be negative, which flips the gradient's sign.

    Source: Sitzmann et al. 2020.
    """

    name = "sin"
    lipschitz = 1.0
    formula = "sin x"

    def value(self, x: Tensor) -> Tensor:
        return sin(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return cos(x)
