"""What may stand behind an option: lists ``1,2,4`` and ranges ``16:1024:x2``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import click


LONGEST = 10_000
"""Values one range may give; beyond that a step was surely mistyped."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER}):(x?)({_NUMBER})", re.IGNORECASE)


def pieces(text: str) -> list[str]:
    """The parts of a comma list; empty parts are dropped.

    >>> pieces("tanh, relu,")
    ['tanh', 'relu']
    """
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def span(text: str) -> list[float] | None:
    """The values of ``first:last:step`` or ``first:last:xfactor``, last included.

    None when the text is no range.

    Raises:
        ValueError: The step leads away from the last value, or takes too many steps.

    >>> span("16:100:x2"), span("0:1:0.5"), span("16")
    ([16.0, 32.0, 64.0], [0.0, 0.5, 1.0], None)
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    first, last, step = float(match[1]), float(match[2]), float(match[4])
    count = _factors(first, last, step) if match[3] else _steps(first, last, step)
    if count is None:
        raise ValueError(f"{text} never arrives at {match[2]}")
    if count > LONGEST:
        raise ValueError(f"{text} holds {count:,.0f} values, more than {LONGEST:,}")
    if match[3]:
        return [first * step**k for k in range(int(count))]
    return [round(first + k * step, 12) for k in range(int(count))]


def _steps(first: float, last: float, step: float) -> float | None:
    if step == 0 or (last - first) / step < 0:
        return None
    return math.floor((last - first) / step + 1e-9) + 1


def _factors(first: float, last: float, factor: float) -> float | None:
    if factor <= 0 or factor == 1 or first == 0 or last / first <= 0:
        return None
    powers = math.log(last / first) / math.log(factor)
    return None if powers < -1e-9 else math.floor(powers + 1e-9) + 1


def number(text: str) -> float:
    """A finite number."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def whole(text: str) -> int:
    """A whole number; ``1e3`` counts as one."""
    value = number(text)
    if value != int(value):
        raise ValueError(f"{text} is not a whole number")
    return int(value)


def bias(text: str) -> float | str:
    """A forget bias: ``keep``, ``chrono``, ``chrono:256`` or a number."""
    if text == "keep" or re.fullmatch(r"chrono(:\d+)?", text):
        return text
    return number(text)


class ListOf(click.ParamType):
    """A comma list, where each part may be a range when the values are numbers.

    Args:
        name: What help shows for the value.
        convert: Turns one part into a value, or raises ValueError.
        expected: What a part may be, in words.
        ranges: Whether ranges make sense.
    """

    def __init__(
        self,
        name: str,
        convert: Callable[[str], Any] = str,
        expected: str = "names",
        ranges: bool = False,
    ) -> None:
        self.name = name
        self.expected = expected
        self._convert = convert
        self._ranges = ranges

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What help prints for the value."""
        return self.name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[Any]:
        """The values, repeated ones once."""
        if isinstance(value, list):
            return value
        try:
            values = [item for piece in pieces(value) for item in self._items(piece)]
        except ValueError as error:
            self.fail(
                f"{_reason(error, value)}. Expected: {self.expected}.", param, ctx
            )
        if not values:
            self.fail(f"{value!r} is empty. Expected: {self.expected}.", param, ctx)
        return list(dict.fromkeys(values))

    def _items(self, piece: str) -> Iterator[Any]:
        values = span(piece) if self._ranges else None
        if values is None:
            yield self._convert(piece)
            return
        for value in values:
            yield self._convert(repr(value))


def _reason(error: ValueError, value: str) -> str:
    message = str(error)
    return f"{value!r} cannot be read" if "convert" in message else message


NAMES = ListOf("NAME,...")
NUMBERS = ListOf(
    "NUMBER,...", number, "numbers such as 1,2,4, or a range 0.25:8:x2", ranges=True
)
WHOLE_NUMBERS = ListOf(
    "N,...", whole, "whole numbers such as 16,64, or a range 16:1024:x2", ranges=True
)
BIASES = ListOf(
    "BIAS,...",
    bias,
    "keep, chrono, chrono:256, numbers such as 0,1,3, or a range 0:6:1",
    ranges=True,
)


class Seeds(click.ParamType):
    """A count ``5``, or a list ``0,3,7``; a trailing comma makes one seed a list."""

    name = "COUNT|LIST"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What help prints for the value."""
        return self.name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | list[int]:
        """An int for a count, a list for a list."""
        if isinstance(value, int | list):
            return value
        try:
            values = [whole(piece) for piece in pieces(value)]
        except ValueError:
            values = []
        if not values or min(values) < 0:
            self.fail(
                f"{value!r} is neither a count nor a list of seeds. "
                "Expected: 5 for seeds 0 to 4, or 0,3,7.",
                param,
                ctx,
            )
        if "," in value:
            return list(dict.fromkeys(values))
        if values[0] == 0:
            self.fail("0 seeds measure nothing. Expected: 1 or more.", param, ctx)
        return values[0]
