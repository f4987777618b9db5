"""How far: horizon and half-life."""

from collections.abc import Sequence

import numpy as np


def horizon(
    lags: Sequence[int] | np.ndarray,
    ln_norms: Sequence[float] | np.ndarray,
    threshold: float = 1e-3,
) -> float:
    """Return the first of ``lags`` whose norm is below ``threshold``.

    inf when none is (the horizon is then beyond the last lag, never extrapolated);
    NaN when a norm that is not a number comes first. ``ln_norms`` are natural logs,
    -inf for an exact zero.

    >>> horizon([0, 1, 2, 4], [0.0, -3.0, -6.0, -12.0])
    4.0
    >>> horizon([0, 1, 2, 4], [0.0, -1.0, -2.0, -4.0])
    inf
    """
    curve = np.asarray(ln_norms, dtype=np.float64)
    stops = np.isnan(curve) | (curve < np.log(threshold))
    if not stops.any():
        return np.inf
    first = int(np.argmax(stops))
    return np.nan if np.isnan(curve[first]) else float(np.asarray(lags)[first])


def half_life(rate: float) -> float:
    """Return the steps over which a gradient halves, from its rate in nats per step.

    ln 2 / -rate; inf where it does not decay, 0 where it dies at once.

    >>> round(half_life(-0.5), 4), half_life(0.1)
    (1.3863, inf)
    """
    if np.isnan(rate):
        return np.nan
    return float(np.log(2) / -rate) if rate < 0 else np.inf
