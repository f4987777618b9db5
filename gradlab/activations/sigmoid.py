"""Logistic function."""

from torch import Tensor, sigmoid

from gradlab.activations.base import Activation


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), the usual gate; its slope is 1/4 at most.

    Source: the gates of Hochreiter & Schmidhuber 1997.
    """

    name = "sigmoid"
    lipschitz = 0.25
    formula = "1 / (1 + exp(-x))"

    def value(self, x: Tensor) -> Tensor:
        return sigmoid(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return y * (1 - y)
