"""Values of sentences about training, each of which knows how it is printed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gradlab.report.words import say, words


@dataclass(frozen=True)
class Task:
    """A task by its spec: ``lag:100``, as one types it."""

    spec: str

    def say(self, language: str) -> str:
        """Return the spec as code."""
        return f"`{self.spec}`"


@dataclass(frozen=True)
class Power:
    """A whole power of ten: ``10^{-9}``."""

    exponent: int

    def say(self, language: str) -> str:
        """Return the power."""
        return f"10^{{{self.exponent}}}"


@dataclass(frozen=True)
class Epsilon:
    """What an optimizer adds to its divisor: ``10^{-8}``, ``3e-05``."""

    value: float

    def say(self, language: str) -> str:
        """Return a power of ten where it is a whole one."""
        exponent = math.log10(self.value) if self.value > 0 else math.nan
        if math.isfinite(exponent) and abs(exponent - round(exponent)) < 1e-9:
            return Power(round(exponent)).say(language)
        return f"{self.value:g}"


@dataclass(frozen=True)
class RunsWith:
    """Runs, those of one epsilon where there are others: ``runs with epsilon …``."""

    epsilon: float | None = None

    def say(self, language: str) -> str:
        """Return the noun."""
        w = words(language, "learning")
        if self.epsilon is None:
            return w.RUNS
        return say(w.RUNS_WITH, epsilon=Epsilon(self.epsilon).say(language))


@dataclass(frozen=True)
class Updates:
    """A number of updates, the median of some: ``46``, ``46.5``."""

    count: float

    def say(self, language: str) -> str:
        """Return the number."""
        return f"{self.count:,.1f}".removesuffix(".0")
