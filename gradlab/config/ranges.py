"""Expand comma lists and ranges such as ``16:1024:x2``."""

import math
import re

from gradlab.errors import ConfigError


LONGEST = 10_000
"""Most values one range may give; beyond that the step was surely mistyped."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER}):(x?)({_NUMBER})")


def expand(text: str) -> list[str | int | float]:
    """Return the values of a comma list; numbers and ranges become numbers.

    ``16:1024:x2`` doubles from 16 to 1024, ``0:6:1`` counts; the end is included where
    a step meets it.

    Raises:
        ConfigError: a range that never arrives, or is too long.

    >>> expand("16:100:x2"), expand("0:1:0.5"), expand("keep, 1,chrono:256")
    ([16, 32, 64], [0, 0.5, 1], ['keep', 1, 'chrono:256'])
    """
    values: list[str | int | float] = []
    for piece in (part.strip() for part in text.split(",")):
        match = _RANGE.fullmatch(piece)
        if match:
            values += _span(piece, *match.groups())
        elif re.fullmatch(_NUMBER, piece):
            values.append(_number(float(piece)))
        elif piece:
            values.append(piece)
    return values


def is_list(text: str) -> bool:
    """Return whether a string is a comma list or a range, not a single value.

    >>> is_list("16:1024:x2"), is_list("1,2"), is_list("chrono:256")
    (True, True, False)
    """
    return "," in text or _RANGE.fullmatch(text.strip()) is not None


def _span(
    text: str, first: str, last: str, times: str, step: str
) -> list[str | int | float]:
    start, stop, by = float(first), float(last), float(step)
    count = _factors(start, stop, by) if times else _steps(start, stop, by)
    if count is None:
        raise ConfigError(
            got=f"the range {text}",
            expected=f"steps that lead from {first} to {last}",
            try_="0:6:1 or 16:1024:x2",
        )
    if count > LONGEST:
        raise ConfigError(
            got=f"the range {text}, which holds {count:,.0f} values",
            expected=f"at most {LONGEST:,}",
            try_="a larger step",
        )
    if times:
        return [_number(start * by**k) for k in range(int(count))]
    return [_number(round(start + k * by, 12)) for k in range(int(count))]


def _steps(start: float, stop: float, by: float) -> float | None:
    if by == 0 or (stop - start) / by < 0:
        return None
    return math.floor((stop - start) / by + 1e-9) + 1


def _factors(start: float, stop: float, by: float) -> float | None:
    if by <= 0 or by == 1 or start == 0 or stop / start <= 0:
        return None
    powers = math.log(stop / start) / math.log(by)
    return None if powers < -1e-9 else math.floor(powers + 1e-9) + 1


def _number(value: float) -> int | float:
    """Return a whole number as an int, which axes of either type accept."""
    return int(value) if math.isfinite(value) and value == int(value) else value
