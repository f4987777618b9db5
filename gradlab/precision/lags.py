"""Lags at which ln norms leave the range of a format.

All take ln norms (T + 1, …) by lag and return lags (…) as float64: inf where the end of
the range is not reached within T, NaN where a norm that is not a number comes first. A
norm bounds every entry of its matrix and the image of every unit vector, so where a
norm underflows the gradient itself has underflowed, at this lag or before.
"""

import numpy as np

from gradlab.precision.formats import Format


_TOLERANCE = 1e-12
"""Relative tolerance of a comparison: sums of logs of powers of two err by 1e-13."""


def underflow_lags(ln_norms: np.ndarray, form: Format) -> np.ndarray:
    """Return the first lag below the smallest normal number.

    >>> from gradlab.precision import FORMATS
    >>> halving = -np.log(2.0) * np.arange(200)
    >>> float(underflow_lags(halving, FORMATS[0]))
    15.0
    """
    return _first(ln_norms, _below(ln_norms, form.ln_tiny))


def zero_lags(ln_norms: np.ndarray, form: Format, *, flush: bool = False) -> np.ndarray:
    """Return the first lag that rounds to zero (to nearest; a tie is zero).

    ``flush``: where denormal numbers are flushed to zero. Products computed step by
    step in the format may stall before (:func:`gradlab.precision.stall_lags`).
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
    """Return the first lag at which a norm computed from squares is zero.

    The sum of squares of 100 entries of 1e-23 is 0 in float32.
    """
    return zero_lags(2.0 * ln_norms, form, flush=flush)


def overflow_lags(ln_norms: np.ndarray, form: Format) -> np.ndarray:
    """Return the first lag whose norm rounds to infinity."""
    return _first(ln_norms, ~_below(ln_norms, form.ln_infinite))


def _below(ln_norms: np.ndarray, end: float) -> np.ndarray:
    return ln_norms < end - _TOLERANCE * abs(end)


def _above(ln_norms: np.ndarray, end: float) -> np.ndarray:
    return ln_norms > end + _TOLERANCE * abs(end)


def _first(ln_norms: np.ndarray, passed: np.ndarray) -> np.ndarray:
    lost = np.isnan(ln_norms)
    stops = passed | lost
    first = stops.argmax(axis=0)
    at = np.take_along_axis(lost, first[None], axis=0)[0]
    found = np.where(at, np.nan, first.astype(np.float64))
    return np.where(stops.any(axis=0), found, np.inf)
