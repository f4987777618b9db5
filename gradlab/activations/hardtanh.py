"""Hard tanh."""

from torch import Tensor
from torch.nn.functional import hardtanh

from gradlab.activations.base import Activation


class Hardtanh(Activation):
    """x cut at -1 and 1; the slope at the cuts is taken to be 0."""

    name = "hardtanh"
    lipschitz = 1.0
    formula = "min(max(x, -1), 1)"

    def value(self, x: Tensor) -> Tensor:
        return hardtanh(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return (x.abs() < 1).to(x.dtype)
