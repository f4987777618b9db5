"""The lags at which a curve of ln norms passes the ends of a format.

All take ln norms (lags 0 .. T, …) and return lags (…) as float64: inf where the end is
not met within T, NaN where a norm that is not a number comes first. A norm bounds every
entry of its matrix and everything a unit vector becomes by it, so what is said of norms
below an end holds for the gradient itself, at the latest from that lag on.
"""

import numpy as np

from gradlab.precision.formats import Format


_SLACK = 1e-12
"""Sums of logs know a power of two to some 1e-13: ties are ties all the same."""


def underflow_lags(ln_norms: np.ndarray, form: Format) -> np.ndarray:
    """Return the first lag below the smallest number with all its digits.

    >>> from gradlab.precision import FORMATS
    >>> halving = -np.log(2.0) * np.arange(200)
    >>> float(underflow_lags(halving, FORMATS[0]))
    15.0
    """
    return _first(ln_norms, _below(ln_norms, form.ln_tiny))


def zero_lags(ln_norms: np.ndarray, form: Format, *, flush: bool = False) -> np.ndarray:
    """Return the first lag that is an exact zero, rounded to nearest (a tie is zero).

    ``flush``: where denormals are flushed to zero. A chain of products in the format
    may come to rest before it is zero (:func:`gradlab.precision.stall_lags`).
    """
    passed = (
        _below(ln_norms, form.ln_tiny)
        if flush
        else ~_above(ln_norms, form.ln_smallest - np.log(2.0))
    )
    return _first(ln_norms, passed)


def norm_underflow_lags(
    ln_norms: np.ndarray, form: Format, *, flush: bool = False
) -> np.ndarray:
    """Return the first lag at which a norm from squares is an exact zero.

    Where every square is one: the sum of squares of 100 entries of 1e-23 is 0 in
    float32.
    """
    return zero_lags(2.0 * ln_norms, form, flush=flush)


def overflow_lags(ln_norms: np.ndarray, form: Format) -> np.ndarray:
    """Return the first lag whose norm rounds to infinity."""
    return _first(ln_norms, ~_below(ln_norms, form.ln_infinite))


def _below(ln_norms: np.ndarray, end: float) -> np.ndarray:
    return ln_norms < end - _SLACK * abs(end)


def _above(ln_norms: np.ndarray, end: float) -> np.ndarray:
    return ln_norms > end + _SLACK * abs(end)


def _first(ln_norms: np.ndarray, passed: np.ndarray) -> np.ndarray:
    lost = np.isnan(ln_norms)
    stops = passed | lost
    first = stops.argmax(axis=0)
    at = np.take_along_axis(lost, first[None], axis=0)[0]
    found = np.where(at, np.nan, first.astype(np.float64))
    return np.where(stops.any(axis=0), found, np.inf)
