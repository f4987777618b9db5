"""The shape of a curve of ln norms: exponential, power law, or unresolved."""

# The curve is modelled as a line plus a random walk, ln |P| = slope x + W, with x = lag
# (exponential) or x = ln lag (power law). A walk's increments over a stretch of length
# l are independent with variance s^2 l, so generalised least squares is least squares
# on the increments dy by dx, weighted by 1 / l:
#
#     slope = sum (dx dy / l) / sum (dx^2 / l),   s^2 = sum ((dy - slope dx)^2 / l) / n
#
# Both models have the same number of parameters, so their AIC differ by n times the
# difference of ln s^2; 6 or more is strong evidence (Burnham & Anderson 2002).
# Residuals of the curve itself are a walk, which least squares would take for a trend.

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


SHAPES = ("exponential", "power-law", "unresolved")
MIN_LENGTH = 64
MIN_INCREMENTS = 8
_FIRST_LAG = 0.1  # as a fraction of T
_MIN_AIC_DIFFERENCE = 6.0
_MAX_DEVIATION = 0.1  # from the line, as a fraction of its fall
_MIN_FALL = 0.1  # nats


class Decay(NamedTuple):
    """The shape of a curve, and the slopes of both fits.

    Attributes:
        shape: among ``SHAPES``.
        rate: slope of ln norm by lag, nats per step; NaN where there is no fit.
        exponent: slope of ln norm by ln lag; NaN where there is no fit.
    """

    shape: str
    rate: float
    exponent: float


def decay(
    lags: Sequence[int] | np.ndarray, ln_norms: Sequence[float] | np.ndarray
) -> Decay:
    """Return the shape of a curve of ln norms by lag, from lags [T/10, T].

    A shape is returned if its AIC is lower by 6 or more, no point of the curve deviates
    from the line by more than a tenth of the line's fall (or rise), the fall is at
    least a tenth of a nat, and T is at least 64; otherwise ``unresolved``.

    Error rates, from 2,000 simulated curves of each shape, size and length from 64 on:
    the wrong shape in at most 1.5 % where increments are independent, in at most 5 %
    where they are an AR(1) of 0.8. Where the fall is ten times the walk's spread, 95 %
    are found; where it is twice that, 2 to 17 %.

    >>> decay(range(101), [-0.5 * lag for lag in range(101)]).shape
    'exponential'
    >>> found = decay(range(1, 101), [-0.5 * np.log(lag) for lag in range(1, 101)])
    >>> found.shape, round(found.exponent, 6)
    ('power-law', -0.5)
    """
    all_lags = np.asarray(lags, dtype=np.float64)
    length = all_lags[-1]
    fitted = (all_lags >= _FIRST_LAG * length) & (all_lags > 0)
    fit_lags, curve = all_lags[fitted], np.asarray(ln_norms, dtype=np.float64)[fitted]
    if fit_lags.size <= MIN_INCREMENTS or not np.isfinite(curve).all():
        return Decay("unresolved", np.nan, np.nan)
    exponential = _Line.fit(fit_lags, curve, fit_lags)
    power_law = _Line.fit(np.log(fit_lags), curve, fit_lags)
    ln_squares = np.log([exponential.squares, power_law.squares])
    aic_difference = (fit_lags.size - 1) * float(ln_squares[1] - ln_squares[0])
    shape = "exponential" if aic_difference > 0 else "power-law"
    line = exponential if aic_difference > 0 else power_law
    fits = line.deviation <= _MAX_DEVIATION * line.fall and line.fall >= _MIN_FALL
    clear = abs(aic_difference) >= _MIN_AIC_DIFFERENCE and length >= MIN_LENGTH
    shape = shape if fits and clear else "unresolved"
    return Decay(shape, exponential.slope, power_law.slope)


class _Line(NamedTuple):
    """A line fitted to a random walk by least squares on its increments.

    Attributes:
        slope: of ln norm by x.
        squares: sum of squared residuals of the increments, weighted.
        fall: |slope| times the range of x, nats.
        deviation: largest distance of the curve from the line, nats.
    """

    slope: float
    squares: float
    fall: float
    deviation: float

    @classmethod
    def fit(cls, x: np.ndarray, curve: np.ndarray, lags: np.ndarray) -> "_Line":
        lengths, dx, dy = np.diff(lags), np.diff(x), np.diff(curve)
        slope = float(np.sum(dx * dy / lengths) / np.sum(dx**2 / lengths))
        squares = float(np.sum((dy - slope * dx) ** 2 / lengths))
        deviation = float(np.ptp(curve - slope * x) / 2)
        # The residuals of an exact line may be exactly 0, which has no logarithm.
        squares = max(squares, float(np.finfo(float).tiny))
        return cls(slope, squares, abs(slope) * float(np.ptp(x)), deviation)
