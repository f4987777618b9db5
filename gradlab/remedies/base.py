"""The base class of remedies."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from torch import nn


@dataclass(frozen=True)
class Remedy(ABC):
    """A change to the weights of a recurrent network, made before it is trained.

    A leaf with settings is a frozen dataclass, too: its fields are the settings.

    Class attributes:
        why: one sentence: what the change does to how far a gradient reaches.
        reference: the source.
        can_help: whether it can change how far a gradient reaches. One that cannot is
            here to say so: it applies to no module.

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
    can_help: ClassVar[bool] = True

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
