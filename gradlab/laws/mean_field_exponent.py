"""The largest exponent of a wide random tanh network, by mean field theory."""

from math import log

import numpy as np
from scipy.optimize import brentq

from gradlab.laws.base import Law


class MeanFieldExponent(Law):
    """lambda_1 = ln(g^2 E sech^4(sqrt(q) z)) / 2 of h_t = tanh(W h_{t-1} + x_t).

    W has independent entries N(0, g^2/H), x_t independent entries N(0, s2), z is
    N(0, 1), H grows without bound. The variance q of pre-activations solves
    q = g^2 E tanh^2(sqrt(q) z) + s2. Without input and at a gain of at most 1, q is 0
    and lambda_1 = ln g. Nats per step.

    Source: Molgedey, Schuchhardt & Schuster 1992; Engelken, Wolf & Abbott 2023
    (abstracts read; rederived here).
    """

    statement = (
        "A wide tanh network with random weights of gain g and input noise of variance "
        "s^{2} has the exponent of mean field theory. Without noise it changes sign at "
        "g = 1, with noise at a gain above 1."
    )
    equation = (
        "lambda_1 = 1/2 ln [g^2 EE sech^4 (sqrt(q) z)], quad "
        "q = g^2 EE tanh^2 (sqrt(q) z) + s^2"
    )
    spoken = (
        "lambda one is half of the logarithm of g squared times the mean of sech to "
        "the four of root q z, where q is g squared times the mean of tanh squared of "
        "root q z, plus s squared"
    )
    reference = "engelken2023"
    provenance = "abstract"
    examples = (
        ({"gain": 0.5}, -0.693147),
        ({"gain": 1.1}, 0.005069),
        ({"gain": 2.0}, 0.154724),
        ({"gain": 1.5, "input_variance": 0.1}, 0.0262),
        ({"gain": 1.409281, "input_variance": 0.1}, 0.0),
    )

    def value(self, *, gain: float, input_variance: float = 0.0) -> float:
        """Return lambda_1 at a gain g and an input variance s2."""
        if not input_variance and gain <= 1:
            return log(gain)
        deviation = variance(gain, input_variance) ** 0.5
        return 0.5 * log(gain**2 * _mean(np.cosh(deviation * _Z) ** -4))

    def applies(self, *, gain: float, input_variance: float = 0.0) -> str:
        """Return why not: a gain of 0, or a variance below it."""
        if not gain > 0:
            return f"the gain {gain:g} is not above 0"
        return "" if input_variance >= 0 else f"the variance {input_variance:g} is < 0"


_Z = np.linspace(-12.0, 12.0, 4801)
_DENSITY = np.exp(-(_Z**2) / 2) / np.sqrt(2 * np.pi) * (_Z[1] - _Z[0])


def _mean(values: np.ndarray) -> float:
    """Return the mean over z; the rule of trapezoids is exact to rounding here."""
    return float(_DENSITY @ values)


def variance(gain: float, input_variance: float) -> float:
    """Return the variance q > 0 of the pre-activations; gain > 1 or input needed."""

    def excess(q: float) -> float:
        return gain**2 * _mean(np.tanh(q**0.5 * _Z) ** 2) + input_variance - q

    # tanh^2 x >= x^2 - 2 x^4 / 3: below this q the excess is above 0
    low = max((gain**2 - 1) / (4 * gain**2), 0.0)
    return float(brentq(excess, low, gain**2 + input_variance, xtol=1e-14))
