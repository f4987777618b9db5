"""The base class of remedies."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from torch import nn

from gradlab.cells import Cell


Claim = Literal["towards 0", "up", "not above 0", "unchanged"]
"""What a remedy claims of lambda_1, the largest Lyapunov exponent."""


@dataclass(frozen=True)
class Remedy(ABC):
    """A change to the weights of a recurrent network, made before it is trained.

    A leaf with settings is a frozen dataclass, too: its fields are the settings.

    Class attributes:
        why: one sentence: what the change does to how far a gradient reaches.
        reference: the source.
        claims: what it claims of lambda_1: that it comes nearer to 0, rises, is not
            above 0 afterwards, or stays as it is.
        updates: of the weights that it makes before training; those that make some
            take seconds or minutes, and are tried where they are named.
        can_help: whether it can change how far a gradient reaches. One that cannot is
            here to say so: it applies to no module.
        changes_equations: whether it is no change of weights, but another cell
            (:meth:`other_network`): it applies to no module, either.

    >>> import torch
    >>> class Halved(Remedy):
    ...     title = "input weights halved"
    ...     why = "Smaller inputs saturate fewer gates."
    ...     def applies_to(self, module):
    ...         return isinstance(module, torch.nn.LSTMCell)
    ...     def apply_(self, module, length, seed=0):
    ...         module.weight_ih.data.mul_(0.5)
    ...     def code(self, module_name, length, seed=0):
    ...         return f"{module_name}.weight_ih.data.mul_(0.5)"
    >>> Halved().code("model.cell", length=100)
    'model.cell.weight_ih.data.mul_(0.5)'
    """

    name: ClassVar[str]
    why: ClassVar[str]
    reference: ClassVar[str] = ""
    claims: ClassVar[Claim] = "towards 0"
    can_help: ClassVar[bool] = True
    changes_equations: ClassVar[bool] = False
    updates = 0

    @classmethod
    def candidates(cls) -> tuple[Self, ...]:
        """Return the settings worth trying: the default ones unless overridden."""
        return (cls(),)

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is called in tables, settings included: ``forget bias 3``."""

    @abstractmethod
    def applies_to(self, module: nn.Module) -> bool:
        """Return whether :meth:`apply_` can change a module of torch or a cell."""

    @abstractmethod
    def apply_(self, module: nn.Module, length: int, seed: int = 0) -> None:
        """Change a module's weights in place.

        What is no weight stays: ``requires_grad``, ``.grad``, buffers, mode, torch's
        random state.

        Args:
            module: that :meth:`applies_to` accepts.
            length: steps of the sequences it is trained on.
            seed: of what is drawn.

        Raises:
            ConfigError: for a module it does not apply to, before anything is changed.
        """

    def other_network(self, cell: Cell) -> Cell | None:
        """Return a cell with other equations and the same weights, to be measured.

        None for a change of weights, which :meth:`apply_` makes.

        Raises:
            ConfigError: for a cell of which there is no such other one.
        """
        return None

    @abstractmethod
    def code(self, module_name: str, length: int, seed: int = 0) -> str:
        """Return the Python that makes the same change, to be copied by a user.

        It may use the names ``gradlab`` and ``torch``; empty where there is nothing to
        apply.

        Args:
            module_name: the expression of the module, ``model.encoder.lstm``.
            length: as for :meth:`apply_`, like ``seed``.
            seed: of what is drawn.
        """


def as_claimed(claim: Claim, before: float, after: float) -> bool:
    """Return whether lambda_1 changed in the direction that is claimed.

    >>> as_claimed("towards 0", -0.5, -0.1), as_claimed("towards 0", -0.1, 0.2)
    (True, False)
    >>> as_claimed("not above 0", 0.3, -0.2), as_claimed("up", -0.5, -0.6)
    (True, False)
    """
    match claim:
        case "towards 0":
            return abs(after) < abs(before)
        case "up":
            return after > before
        case "not above 0":
            return after <= 0
    return after == before


def call(
    function: str, module_name: str, *arguments: str, seed: int | None = None
) -> str:
    """Return a call of a function of :mod:`gradlab.remedy`; seed 0 is its default.

    >>> call("orthogonal_", "model.rnn", seed=3)
    'gradlab.remedy.orthogonal_(model.rnn, seed=3)'
    """
    seeded = [f"seed={seed}"] if seed else []
    inside = ", ".join([module_name, *arguments, *seeded])
    return f"gradlab.remedy.{function}({inside})"
