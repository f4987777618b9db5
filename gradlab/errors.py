"""Exceptions of gradlab: what was got, what was expected, what to try.

A message is three short lines, made from fragments of sentences::

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
    """Base of all exceptions gradlab raises on purpose.

    Attributes:
        got: what was found.
        expected: what would have been valid.
        try_: what to type or do instead.
    """

    def __init__(self, got: str, expected: str, try_: str) -> None:
        super().__init__(got, expected, try_)
        self.got = got
        self.expected = expected
        self.try_ = try_

    def __str__(self) -> str:
        """Return three lines: Got, Expected, Try (the last bare, to be copied)."""
        return (
            f"Got {self.got.removesuffix('.')}.\n"
            f"Expected {self.expected.removesuffix('.')}.\n"
            f"Try {self.try_}"
        )


class UnknownNameError(GradlabError, LookupError):
    """A name that no leaf, option or record has; suggests the nearest one."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> "UnknownNameError":
        """Return the error for ``name`` where one of ``known`` was expected.

        Args:
            what: what the name is of, e.g. ``"cell"``.
            name: the unknown name.
            known: the names there are.
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
        """Return the three lines; ``OSError`` would print its own form."""
        return GradlabError.__str__(self)


class DamagedError(StoreError):
    """A store whose bytes differ from those that were written."""


class ConflictError(GradlabError, ValueError):
    """Folders with different numbers for the same measure of the same point."""


class ShapeError(GradlabError, ValueError):
    """Tensors whose axes do not fit each other."""


class TooManyPointsError(GradlabError, ValueError):
    """A sweep so large that it needs ``yes``."""


class VerificationError(GradlabError, ArithmeticError):
    """Closed forms and autograd disagree."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most similar to ``name``, or None."""
    names = {k.lower(): k for k in known}
    close = get_close_matches(str(name).lower(), names, n=1, cutoff=0.5)
    return names[close[0]] if close else None
