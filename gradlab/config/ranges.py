"""Expand comma lists and ranges such as ``16:1024:x2``."""

import math
import re
import sys

from gradlab.errors import ConfigError


LONGEST = 10_000
"""Most values one range may give; beyond that the step was surely mistyped."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER}):(x?)({_NUMBER})")


def expand(text: str) -> list[str | int | float]:
    r"""Return the values of a comma list; numbers and ranges become numbers.

    ``16:1024:x2`` doubles from 16 to 1024, ``0:6:1`` counts; the end is included where
    a step meets it.

    Raises:
        ConfigError: a range that never arrives, or is too long.

    >>> expand("16:100:x2"), expand("0:1:0.5"), expand("keep, 1,chrono:256")
    ([16, 32, 64], [0, 0.5, 1], ['keep', 1, 'chrono:256'])

    A comma behind a backslash is part of a value:

    >>> expand(r"silence,text:a\,b.txt")
    ['silence', 'text:a,b.txt']
    """
    values: list[str | int | float] = []
    for piece in pieces(text):
        match = _RANGE.fullmatch(piece)
        if match:
            values += _span(piece, *match.groups())
        elif re.fullmatch(_NUMBER, piece):
            values.append(_number(float(piece)))
        elif piece:
            values.append(piece)
    return values


def pieces(text: str) -> list[str]:
    r"""Return the parts of a comma list; ``\,`` is a comma inside one."""
    parts = re.split(r"(?<!\\),", text)
    return [part.replace("\\,", ",").strip() for part in parts]


def is_list(text: str) -> bool:
    """Return whether a string is a comma list or a range, not a single value.

    >>> is_list("16:1024:x2"), is_list("1,2"), is_list("chrono:256")
    (True, True, False)
    """
    return len(pieces(text)) > 1 or _RANGE.fullmatch(text.strip()) is not None


def _span(
    text: str, first: str, last: str, times: str, step: str
) -> list[str | int | float]:
    start, stop, by = float(first), float(last), float(step)
    if not all(map(math.isfinite, (start, stop, by, stop - start))):
        raise ConfigError(
            got=f"the range {text}",
            expected=f"numbers, and a distance of them, up to {sys.float_info.max:.3g}",
            try_="0:6:1 or 16:1024:x2",
        )
    count = _factors(start, stop, by) if times else _steps(start, stop, by)
    if count is None:
        raise ConfigError(
            got=f"the range {text}",
            expected=f"steps that lead from {first} to {last}",
            try_="0:6:1 or 16:1024:x2",
        )
    if count > LONGEST:
        raise ConfigError(
            got=f"the range {text}, which holds {_counted(count)} values",
            expected=f"at most {LONGEST:,}",
            try_="a larger step",
        )
    if times:
        return [_number(_product(start, by, k)) for k in range(int(count))]
    digits = max(12, 12 - math.floor(math.log10(abs(by))))
    return [_number(round(start + k * by, digits)) for k in range(int(count))]


def _counted(count: float) -> str:
    return f"{count:,.0f}" if count < 1e15 else f"{count:.3g}"


def _steps(start: float, stop: float, by: float) -> float | None:
    if by == 0 or (stop - start) / by < 0:
        return None
    return math.floor(min((stop - start) / by, sys.float_info.max) + 1e-9) + 1


def _factors(start: float, stop: float, by: float) -> float | None:
    if by <= 0 or by == 1 or start == 0 or stop == 0 or (stop > 0) != (start > 0):
        return None
    ratio = abs(stop / start)
    if sys.float_info.min <= ratio <= sys.float_info.max:
        away = math.log(ratio)
    else:
        away = math.log(abs(stop)) - math.log(abs(start))
    powers = away / math.log(by)
    return None if powers < -1e-9 else math.floor(powers + 1e-9) + 1


def _product(start: float, by: float, power: int) -> float:
    """Return start * by**power, also where the power alone is out of range."""
    try:
        factor = by**power
    except OverflowError:
        factor = math.inf
    if sys.float_info.min <= factor < math.inf:
        return start * factor
    for part in (power // 3, (power + 1) // 3, (power + 2) // 3):
        start *= by**part
    return start


def _number(value: float) -> int | float:
    """Return a whole number as an int, which axes of either type accept.

    Beyond 2**53 floats are whole without being counts.
    """
    return int(value) if abs(value) <= 2**53 and value == int(value) else value
