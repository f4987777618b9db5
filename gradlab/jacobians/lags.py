"""Lags at which expensive quantities are stored."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from gradlab.arguments import each, some
from gradlab.errors import ConfigError


BATCHES = 12


def lags(length: int) -> tuple[int, ...]:
    """Return the stored lags of a trajectory of ``length`` steps, increasing.

    0, the powers of two, the ends of twelve equal batches (for the interval of the
    growth rate by batch means), and the length.

    >>> lags(16)
    (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16)
    """
    powers = {2**k for k in range(length.bit_length()) if 2**k <= length}
    return tuple(sorted({0, length} | powers | set(batch_lags(length))))


def batch_lags(length: int) -> tuple[int, ...]:
    """Return 0 and the ends of at most twelve equal batches of steps.

    >>> batch_lags(256)[:4]
    (0, 21, 43, 64)
    """
    ends = {_nearest(length * k, BATCHES) for k in range(BATCHES + 1)}
    return tuple(sorted(ends))


def check_lags(
    requested: Sequence[int] | None,
    first: int,
    last: int,
    default: Sequence[int] | None = None,
) -> tuple[int, ...]:
    """Return the requested lags sorted, without duplicates.

    Args:
        requested: the lags, or None for those of ``default`` from ``first`` to
            ``last``.
        first: the smallest lag allowed.
        last: the largest lag allowed.
        default: :func:`lags` of ``last`` when left out.

    Raises:
        ConfigError: for an empty sequence, or a lag outside ``first`` .. ``last``.
    """
    if requested is None:
        default = lags(last) if default is None else default
        return tuple(lag for lag in default if first <= lag <= last)
    expected, try_ = (
        f"whole numbers from {first} to {last}",
        f"lags=range({first}, {last + 1})",
    )
    given = each("lags", requested, expected, try_=try_)
    wrong = [lag for lag in given if not _is_lag(lag, first, last)]
    if wrong or not given:
        raise ConfigError(
            got=f"lags {some(wrong) or 'that are none'}",
            expected=expected,
            try_=try_,
        )
    return tuple(sorted({int(lag) for lag in given}))


def _is_lag(lag: Any, first: int, last: int) -> bool:
    whole = isinstance(lag, Integral) and not isinstance(lag, bool)
    return whole and first <= lag <= last


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
