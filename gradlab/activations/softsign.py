"""Softsign."""

from torch import Tensor

from gradlab.activations.base import Activation


class Softsign(Activation):
    """x / (1 + |x|), like tanh, but saturating slowly.

    Source: Bergstra et al. 2009.
    """

    name = "softsign"
    lipschitz = 1.0
    formula = "x / (1 + |x|)"

    def value(self, x: Tensor) -> Tensor:
        return x / (1 + x.abs())

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        root = 1 + x.abs()
        return 1 / (root * root)
