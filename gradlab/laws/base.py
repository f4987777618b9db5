"""The base class of laws."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


PROVENANCES = ("text", "abstract", "secondary", "derived")
"""How a source was read: in full, its abstract, in another work, or derived here."""


class Law(ABC):
    """A closed form that gives the number a measurement should come to.

    Class attributes:
        statement: one sentence, inline text of a report.
        equation: in Typst's maths.
        spoken: how one reads the equation aloud.
        reference: key of :mod:`gradlab.report.references`; empty where derived here.
        provenance: one of ``PROVENANCES``.
        examples: parameters with the number they give, by another route.

    >>> class Doubling(Law):
    ...     statement, spoken = "It doubles.", "two to the t"
    ...     equation, provenance = "2^t", "derived"
    ...     examples = (({"step": 3.0}, 8.0),)
    ...     def value(self, *, step: float) -> float:
    ...         return 2.0**step
    >>> Doubling().value(step=4.0)
    16.0
    """

    name: ClassVar[str]
    statement: ClassVar[str]
    equation: ClassVar[str]
    spoken: ClassVar[str]
    reference: ClassVar[str] = ""
    provenance: ClassVar[str]
    examples: ClassVar[Sequence[tuple[Mapping[str, float], float]]] = ()

    @classmethod
    def parameters(cls) -> dict[str, bool]:
        """Return the parameters of :meth:`value` by name: whether each is required.

        >>> class Line(Law):
        ...     def value(self, *, x: float, slope: float = 1.0) -> float:
        ...         return slope * x
        >>> Line.parameters()
        {'x': True, 'slope': False}
        """
        own = list(inspect.signature(cls.value).parameters.values())[1:]
        return {one.name: one.default is inspect.Parameter.empty for one in own}

    @abstractmethod
    def value(self, *none: Any, **parameters: Any) -> float:
        """Return the number; a leaf names its parameters: ``value(self, *, x)``."""

    def applies(self, *none: Any, **parameters: Any) -> str:
        """Return why the law does not hold at these parameters; empty where it does."""
        return ""
