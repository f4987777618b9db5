"""What an activation is: a function of one number, its slope, and a bound on it."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import elementwise


class Activation(ABC):
    """A function applied to each number of a tensor.

    Call it for values and :meth:`derivative` for slopes; leaves write :meth:`value`
    and, if they can, :meth:`slope`.

    Class attributes:
        lipschitz: the supremum of the slope's size, infinity where it is not known.
        formula: for people.
    """

    name: ClassVar[str]
    lipschitz: ClassVar[float] = math.inf
    formula: ClassVar[str] = ""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the value at every element; bits do not depend on the others."""
        return elementwise(self.value, x)

    def derivative(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the slope at every element of ``x``, where ``y`` is the value there.

        At a kink it is autograd's choice.
        """
        return elementwise(self.slope, x, y)

    @abstractmethod
    def value(self, x: Tensor) -> Tensor:
        """Return the function of every element, differentiable by autograd."""

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the derivative at ``x``; here from torch.func, ``y`` unused."""
        pull = torch.func.vjp(self.value, x)[1]
        return pull(torch.ones_like(x))[0]

    def __repr__(self) -> str:
        """Return the name with brackets, as in ``tanh()``."""
        return f"{self.name}()"
