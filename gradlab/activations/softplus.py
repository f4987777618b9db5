"""Softplus."""

from torch import Tensor, logaddexp, sigmoid

from gradlab.activations.base import Activation


class Softplus(Activation):
    """ln(1 + exp x), accurate everywhere (PyTorch's is x above 20).

    Source: Dugas et al. 2001.
    """

    name = "softplus"
    lipschitz = 1.0
    formula = "ln(1 + exp x)"

    def value(self, x: Tensor) -> Tensor:
        return logaddexp(x, x.new_zeros(()))

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return sigmoid(x)
