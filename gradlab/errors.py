"""Errors of gradlab: what came, what was expected, what to try.

A message is three short lines. Give fragments, not sentences::

    raise ConfigError(
        got="forget_bias = 'big'",
        expected="a number, keep, chrono or chrono:LENGTH",
        try_="--forget-bias 3",
    )

reads::

    Got forget_bias = 'big'.
    Expected a number, keep, chrono or chrono:LENGTH.
    Try --forget-bias 3

Each class also inherits the fitting builtin, so either ``except`` catches it.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class GradlabError(Exception):
    """Anything gradlab raises on purpose; ``got``, ``expected``, ``try_`` are kept."""

    def __init__(self, got: str, expected: str, try_: str) -> None:
        super().__init__(got, expected, try_)
        self.got = got
        self.expected = expected
        self.try_ = try_

    def __str__(self) -> str:
        """Three lines: Got, Expected, Try (the last bare, so it can be copied)."""
        return (
            f"Got {self.got.removesuffix('.')}.\n"
            f"Expected {self.expected.removesuffix('.')}.\n"
            f"Try {self.try_}"
        )


class UnknownNameError(GradlabError, LookupError):
    """A name that no leaf, option or record carries; names the nearest one."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> "UnknownNameError":
        """Build the error for ``name`` where one of ``known`` was expected.

        ``what`` says what the name stands for, e.g. ``"cell"``.
        """
        names = sorted(known)
        near = nearest(name, names)
        return cls(
            got=f"{what} {name!r}",
            expected=f"one of {', '.join(names)}" if names else "none",
            try_=near or ("one of these" if names else "leaving it out"),
        )


class ConfigError(GradlabError, ValueError):
    """A sweep, option or setting that cannot be run as it is written."""


class InputError(GradlabError, ValueError):
    """A file or array that cannot serve as input."""


class StoreError(GradlabError, OSError):
    """A results folder that cannot be read or written."""

    def __str__(self) -> str:
        """As for every gradlab error (OSError would print its own form)."""
        return GradlabError.__str__(self)


class DamagedError(StoreError):
    """A store whose bytes are not those that were written."""


class ConflictError(GradlabError, ValueError):
    """Folders that tell the same measure of the same point differently."""


class ShapeError(GradlabError, ValueError):
    """Tensors whose axes do not fit each other."""


class TooManyPointsError(GradlabError, ValueError):
    """A sweep larger than the bound that asks for a yes."""


class VerificationError(GradlabError, ArithmeticError):
    """Closed forms and autograd disagree."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``name`` most looks like, or None."""
    names = {k.lower(): k for k in known}
    close = get_close_matches(str(name).lower(), names, n=1, cutoff=0.5)
    return names[close[0]] if close else None
