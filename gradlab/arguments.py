"""Checks of the arguments of public functions; errors name what was got.

What a function expects of torch's types it checks itself: this module needs no torch.
"""

import math
import os
from collections.abc import Callable, Iterable, Sized
from numbers import Integral, Real
from typing import Any

from gradlab.errors import ConfigError


_LONGEST, _MOST = 90, 5


def describe(value: Any) -> str:
    """Return what a value is, in a few words for a message.

    >>> describe("lstm"), describe(3), describe([1, 2]), describe(dict)
    ("'lstm'", '3', 'a list of 2', 'the class dict')
    """
    text = _words(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def some(values: Iterable[Any]) -> str:
    """Return the first of several values, and how many more there are.

    >>> some([1, 2]), some(range(9))
    ('1, 2', '0, 1, 2, 3, 4 and 4 more')
    """
    texts = [describe(value) for value in values]
    more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
    return ", ".join(texts[:_MOST]) + more


def _words(value: Any) -> str:
    """Return a value itself, where it is text or a number, else what it is."""
    if value is None or isinstance(value, str | bytes | bool | Real):
        return repr(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    article = _article(name)
    if name == "PackedSequence":
        return "a PackedSequence"
    if isinstance(getattr(value, "shape", None), tuple) and hasattr(value, "dtype"):
        return f"{article} {name} of shape {tuple(value.shape)} and dtype {value.dtype}"
    if isinstance(value, list | tuple | set | dict):
        return f"{article} {name} of {len(value)}"
    return f"{article} {name}"


def _article(name: str) -> str:
    """Return "a" or "an", as a name is read aloud: an LSTM, an RNN, a GRU."""
    spelt = name[:2].isupper() and name[0] in "FHLMNRSX"
    return "an" if spelt or name[0] in "AEIOaeio" else "a"


def instance(what: str, value: Any, kind: Any, *, try_: str) -> Any:
    """Return ``value``; refuse one that is no ``kind``."""
    if not isinstance(value, kind):
        kinds = [k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,))]
        expected = " or ".join(f"{_article(name)} {name}" for name in kinds)
        raise ConfigError(
            got=f"{what} = {describe(value)}", expected=expected, try_=try_
        )
    return value


def whole_number(
    what: str, value: Any, low: int, high: int | None = None, *, try_: str
) -> int:
    """Return an int for a whole number from ``low`` to ``high``, NumPy's among them."""
    fits = isinstance(value, Integral) and not isinstance(value, bool)
    if not fits or value < low or (high is not None and value > high):
        bounds = f"from {low} on" if high is None else f"from {low} to {high}"
        raise ConfigError(
            got=f"{what} = {describe(value)}",
            expected=f"a whole number {bounds}",
            try_=f"{what}={try_}",
        )
    return int(value)


def number(what: str, value: Any, *, above: float = -math.inf, try_: str) -> float:
    """Return a float for a finite number greater than ``above``."""
    fits = isinstance(value, Real) and not isinstance(value, bool)
    if not fits or not math.isfinite(value) or value <= above:
        bound = "" if above == -math.inf else f" above {above:g}"
        raise ConfigError(
            got=f"{what} = {describe(value)}",
            expected=f"a finite number{bound}",
            try_=f"{what}={try_}",
        )
    return float(value)


def flag(what: str, value: Any) -> bool:
    """Return ``value``; refuse what is neither True nor False."""
    if not isinstance(value, bool):
        raise ConfigError(
            got=f"{what} = {describe(value)}",
            expected="True or False",
            try_=f"{what}={bool(value) if isinstance(value, int) else True}",
        )
    return value


def text(what: str, value: Any, *, try_: str) -> str:
    """Return ``value``; refuse what is no string."""
    if not isinstance(value, str):
        raise ConfigError(
            got=f"{what} = {describe(value)}", expected="a name in quotes", try_=try_
        )
    return value


def each(what: str, values: Any, expected: str, *, try_: str) -> list[Any]:
    """Return a list of several values; refuse one alone, such as a string."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise ConfigError(
            got=f"{what} = {describe(values)}", expected=expected, try_=try_
        )
    if hasattr(values, "tolist") and hasattr(values, "dtype"):
        listed = (
            values.tolist()
        )  # whose numbers are Python's: of a tensor they are tensors
        if isinstance(listed, list):
            return listed
        raise ConfigError(
            got=f"{what} = {describe(values)}", expected=expected, try_=try_
        )
    return list(values)


def path(what: str, value: Any, *, try_: str) -> Any:
    """Return ``value``; refuse what is no path."""
    named = isinstance(value, str | os.PathLike)
    if not named or not os.fspath(value) or "\0" in os.fsdecode(value):
        raise ConfigError(
            got=f"{what} = {describe(value)}",
            expected="a path",
            try_=f'{what}="{try_}"',
        )
    return value


def one_or_several(
    what: str, values: Any, one: Any, expected: str, *, try_: str
) -> Any:
    """Return several values as a list; one alone, an instance of ``one``, as one."""
    if isinstance(values, one):
        return [values]
    return each(what, values, expected, try_=try_)


def paths(what: str, values: Any, *, try_: str) -> list[Any]:
    """Return one path or several as a list."""
    expected = "a path, or a list of them"
    several = one_or_several(what, values, str | os.PathLike, expected, try_=try_)
    return [path(what, value, try_=try_) for value in several]


def names(
    what: str, values: Any, *, try_: str, known: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return one name or several as a tuple; refuse none.

    Args:
        what: the argument.
        values: what was given for it.
        try_: an argument that would do.
        known: all names, where they are few enough for a message.
    """
    expected = "a name, or a list of them"
    several = one_or_several(what, values, str, expected, try_=try_)
    check_some(what, several, known, try_=try_)
    return tuple(text(what, value, try_=try_) for value in several)


def check_some(
    what: str, values: Sized, known: Iterable[str] = (), *, try_: str
) -> None:
    """Refuse an empty list, which could mean all of them as well as none."""
    if not values:
        among = ", ".join(known)
        raise ConfigError(
            got=f"{what} that are none",
            expected=f"one or more of {among}" if among else "one or more",
            try_=f"{try_}; without {what} the default ones are used",
        )


def optional(
    check: Callable[..., Any], what: str, value: Any, *more: Any, **kw: Any
) -> Any:
    """Return what ``check`` makes of a value, and None of None."""
    return None if value is None else check(what, value, *more, **kw)
