"""Hard tanh."""

from torch import Tensor
from torch.nn.functional import hardtanh

from gradlab.activations.base import Activation


class Hardtanh(Activation):
    """x clipped to [-1, 1]; the slope at -1 and 1 is 0.

    Source: Collobert et al. 2011.
    """

    name = "hardtanh"
    lipschitz = 1.0
    formula = "min(max(x, -1), 1)"

    def value(self, x: Tensor) -> Tensor:
        return hardtanh(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return (x.abs() < 1).to(x.dtype)
