"""Gaussian error linear unit."""

import math

from torch import Tensor, erf, exp
from torch.nn.functional import gelu

from gradlab.activations.base import Activation


class GELU(Activation):
    """x Phi(x) with Phi the normal distribution function (the exact form, by erf).

    The slope Phi(x) + x phi(x) has its maximum, 1.1289, at x = sqrt 2.

    Source: Hendrycks & Gimpel 2016.
    """

    name = "gelu"
    lipschitz = 0.5 * (1 + math.erf(1.0)) + 1 / (math.e * math.sqrt(math.pi))
    formula = "x Phi(x)"

    def value(self, x: Tensor) -> Tensor:
        return gelu(x)

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        below = 0.5 * (1 + erf(x * math.sqrt(0.5)))
        density = exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
        return below + x * density
