"""The interval of a mean over seeds."""

from collections.abc import Sequence
from functools import cache

import numpy as np


MIN_SEEDS = 3


def interval(
    values: Sequence[float] | np.ndarray, level: float = 0.95
) -> tuple[float, float, float]:
    """Return (mean, low, high) of the mean of ``values``, one value a seed.

    mean -/+ t_{n-1} * sd / sqrt(n), with sd over n - 1. Exact for normal values.
    Below three values low and high are NaN: no interval instead of a guess. With a
    value that is not finite the mean is what NumPy makes of it, the interval NaN.

    >>> [round(x, 4) for x in interval([1.0, 2.0, 3.0])]
    [2.0, -0.4841, 4.4841]
    >>> interval([5.0])
    (5.0, nan, nan)
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    if array.size == 0:
        return (np.nan, np.nan, np.nan)
    with np.errstate(invalid="ignore"):
        mean = float(array.mean())
    if array.size < MIN_SEEDS or not np.isfinite(array).all():
        return (mean, np.nan, np.nan)
    half = student(array.size - 1, level) * array.std(ddof=1) / np.sqrt(array.size)
    return (mean, float(mean - half), float(mean + half))


@cache
def student(freedom: int, level: float = 0.95) -> float:
    """Return the two-sided quantile of Student's t with ``freedom`` degrees.

    >>> round(student(4), 3)
    2.776
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2))
