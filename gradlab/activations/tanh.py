"""Hyperbolic tangent."""

from torch import Tensor, tanh

from gradlab.activations.base import Activation


class Tanh(Activation):
    """tanh x, the usual activation of recurrent networks.

    Source: LeCun et al. 1998.
    """

    name = "tanh"
    lipschitz = 1.0
    formula = "tanh x"

    def value(self, x: Tensor) -> Tensor:
        return tanh(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return 1 - y * y
