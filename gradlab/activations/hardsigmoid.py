"""Hard sigmoid."""

from torch import Tensor

from gradlab.activations.base import Activation


class Hardsigmoid(Activation):
    """x/6 + 1/2 clipped to [0, 1]: exactly 0 or 1 for |x| >= 3.

    PyTorch's own is not used: its derivative in float64 is the float32 of 1/6.

    Source: Howard et al. 2019.
    """

    name = "hardsigmoid"
    lipschitz = 1 / 6
    formula = "min(max(x / 6 + 1/2, 0), 1)"

    def value(self, x: Tensor) -> Tensor:
        return (x + 3).clamp(0, 6) / 6

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        return (x.abs() <= 3).to(x.dtype) / 6
