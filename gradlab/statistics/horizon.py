"""How far: horizon and half-life."""

from collections.abc import Sequence

import numpy as np


def horizon(
    lags: Sequence[int] | np.ndarray,
    ln_norms: Sequence[float] | np.ndarray,
    threshold: float = 1e-3,
    *,
    after_rise: bool = False,
    interpolate: bool = False,
) -> np.ndarray:
    """Return the first of L ``lags`` whose norm is below ``threshold``, (…) float64.

    inf when none is (the horizon is then beyond the last lag, never extrapolated);
    NaN when a norm that is not a number comes first.

    Args:
        lags: (L), increasing.
        ln_norms: (L, …), natural logs; -inf for an exact zero.
        threshold: of the norms.
        after_rise: for curves that start below the threshold: count lags after the
            first one at or above it only. 0 where there is no such lag.
        interpolate: where not every lag is stored, draw a straight line from the lag
            before to the first one below, and return where it crosses, rounded up.

    >>> float(horizon([0, 1, 2, 4], [0.0, -3.0, -6.0, -12.0]))
    4.0
    >>> float(horizon([0, 1, 2, 4], [0.0, -1.0, -2.0, -4.0]))
    inf
    """
    lags = np.asarray(lags, dtype=np.float64)
    curves = np.asarray(ln_norms, dtype=np.float64)
    level = np.log(threshold)
    below: np.ndarray = curves < level
    never: np.ndarray = np.full(curves.shape[1:], np.inf)
    if after_rise:
        risen = np.logical_or.accumulate(curves >= level, axis=0)
        below &= risen
        never = np.where(risen[-1], np.inf, 0.0)
    stops = below | np.isnan(curves)
    first = stops.argmax(axis=0)
    value = np.take_along_axis(curves, first[None], axis=0)[0]
    found = np.where(stops.any(axis=0), lags[first], never)
    if interpolate:
        earlier = np.maximum(first - 1, 0)
        start = np.take_along_axis(curves, earlier[None], axis=0)[0]
        inside = (first > 0) & np.isfinite(start) & np.isfinite(value)
        drop = np.where(inside, start, level + 1.0) - np.where(inside, value, level)
        part = np.where(inside, start - level, 1.0) / drop
        crossed = np.ceil(lags[earlier] + part * (lags[first] - lags[earlier]))
        found = np.where(stops.any(axis=0) & inside, crossed, found)
    return np.where(stops.any(axis=0) & np.isnan(value), np.nan, found)


def half_life(rate: float) -> float:
    """Return the steps over which a gradient halves, from its rate in nats per step.

    ln 2 / -rate; inf where it does not decay, 0 where it dies at once.

    >>> round(half_life(-0.5), 4), half_life(0.1)
    (1.3863, inf)
    """
    if np.isnan(rate):
        return np.nan
    return float(np.log(2) / -rate) if rate < 0 else np.inf
