"""Products that stop shrinking before they are zero."""

# Denormal numbers are whole multiples k of the smallest number. k f, rounded to
# nearest, is k again as soon as k (1 - f) <= 1/2. So for f in (1/2, 1) the powers f^n
# stop at k = floor(1/2 / (1 - f)) and never become zero: in float32, 0.99^n stays at 50
# times 2^-149. The absence of an exact zero is no sign that nothing underflowed.

import numpy as np

from gradlab.numerics.logscale import exp
from gradlab.precision.formats import Format


def stall_level(factor: np.ndarray | float) -> np.ndarray:
    """Return the multiple of the smallest number at which f^n stalls.

    0 for f <= 1/2, where f^n reaches zero; NaN for f >= 1, which does not shrink.

    >>> stall_level(np.array([0.5, 0.731059, 0.952574, 0.993307])).tolist()
    [0.0, 1.0, 10.0, 74.0]
    """
    factor = np.asarray(factor, dtype=np.float64)
    shrinking = np.where(factor < 1, factor, 0.0)
    rest = np.floor(0.5 / (1.0 - shrinking))
    return np.where(factor < 1, np.where(factor > 0.5, rest, 0.0), np.nan)


def stall_lags(ln_units: np.ndarray, form: Format) -> np.ndarray:
    """Return the lags (…) at which products of each unit stall in a format.

    Args:
        ln_units: (T + 1, …), exact ln |d_T ... d_{t+1}| by lag.
        form: the format.

    inf where a unit does not stall within T, or never does (a geometric mean of d of
    1/2 and less, or of 1 and more). The unit is taken to shrink by its geometric mean
    over the run at every step: products of a constant f stall within half their time
    constant 1 / (1 - f) plus two steps of the lag returned; in bfloat16 the roundings
    before add up to 4 % of the lag.
    """
    length = len(ln_units) - 1
    level = stall_level(exp(ln_units[-1] / length))
    stalls = level > 0
    ends = np.log(np.where(stalls, level, 1.0)) + form.ln_smallest
    below = (ln_units <= ends) & stalls
    return np.where(below.any(axis=0), below.argmax(axis=0).astype(float), np.inf)
