"""Exponential linear unit."""

from torch import Tensor, exp
from torch.nn.functional import elu

from gradlab.activations.base import Activation


class ELU(Activation):
    """x for x > 0, else exp(x) - 1.

    Source: Clevert, Unterthiner & Hochreiter 2016.
    """

    name = "elu"
    lipschitz = 1.0
    formula = "x if x > 0 else exp(x) - 1"

    def value(self, x: Tensor) -> Tensor:
        return elu(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return exp(x.clamp(max=0))
