"""The base class of activations: value, slope and Lipschitz bound."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from gradlab import catalog
from gradlab.arguments import describe
from gradlab.catalog.inherited import outdated
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import elementwise


def as_activation(given: "Activation | str") -> "Activation":
    """Return an activation, or the one of a name.

    Raises:
        UnknownNameError: for a name that no activation has.
        ConfigError: for what is neither.
    """
    if isinstance(given, Activation):
        return given
    if not isinstance(given, str):
        raise ConfigError(
            got=f"activation = {describe(given)}",
            expected="the name of an activation, or an Activation",
            try_='activation="tanh"; `gradlab list activations` names them all',
        )
    found: Activation = catalog.get("activations", given)()
    return found


class Activation(ABC):
    """An elementwise function.

    A leaf defines the formulas :meth:`value` and, if it has a closed form,
    :meth:`slope`. Cells call the activation itself and :meth:`derivative`, which apply
    them to whole vectors, so that no element's bits depend on the others
    (:mod:`gradlab.numerics.batch_invariant`).

    Class attributes:
        lipschitz: the supremum of |slope|; infinity if it is unknown.
        formula: one line, for tables and reports.

    >>> class Square(Activation):
    ...     def value(self, x):
    ...         return x * x
    >>> Square()(torch.tensor([3.0]))
    tensor([9.])
    """

    name: ClassVar[str]
    lipschitz: ClassVar[float] = math.inf
    formula: ClassVar[str] = ""

    def __init_subclass__(cls, **kw: object) -> None:
        """Reset the slope and bound of a class that inherits them of another value."""
        super().__init_subclass__(**kw)
        for form in outdated(cls, {"slope": ["value"], "lipschitz": ["value"]}):
            setattr(cls, form, getattr(Activation, form))

    def __call__(self, x: Tensor) -> Tensor:
        """Return the value at every element; its bits do not depend on the others."""
        return elementwise(self.value, x)

    def derivative(self, x: Tensor, y: Tensor) -> Tensor:
        """Return :meth:`slope` at every element of ``x``; ``y`` is the value there.

        At a kink it is the one that autograd uses.
        """
        return elementwise(self.slope, x, y)

    @abstractmethod
    def value(self, x: Tensor) -> Tensor:
        """Return the value at every element, differentiable by autograd."""

    def slope(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the derivative at ``x``; by autograd unless overridden."""
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            return torch.autograd.grad(self.value(leaf).sum(), leaf)[0]

    def __repr__(self) -> str:
        """Return the name with parentheses, as in ``tanh()``."""
        return f"{self.name}()"
