"""Mean slope of tanh at Gaussian pre-activations."""

import numpy as np

from gradlab.laws.base import Law


class MeanSlope(Law):
    """E tanh'(s z) with z N(0, 1): what a unit passes on, on average, of a gradient.

    s is the standard deviation of the pre-activations; the mean falls from 1 towards
    sqrt(2 / pi) / s.

    Source: Cooijmans et al. 2017, figure 1, where it is measured.
    """

    statement = (
        "The wider the pre-activations of a tanh network, the less of a gradient a "
        "unit passes on: on average E tanh'(s z), 0.99 at s = 0.1 and 0.61 at s = 1."
    )
    equation = "EE tanh' (s z) = EE sech^2 (s z), quad z ~ N(0, 1)"
    spoken = "the mean of tanh prime of s z, z standard normal"
    reference = "cooijmans2017"
    provenance = "text"
    examples = (
        ({"deviation": 0.1}, 0.990195),
        ({"deviation": 0.5}, 0.826484),
        ({"deviation": 1.0}, 0.605706),
        ({"deviation": 2.0}, 0.364739),
    )

    def value(self, *, deviation: float) -> float:
        """Return the mean slope at a ``deviation`` s of the pre-activations."""
        return float(_DENSITY @ np.cosh(deviation * _Z) ** -2)

    def applies(self, *, deviation: float) -> str:
        """Return why not: a deviation below 0."""
        return "" if deviation >= 0 else f"the deviation {deviation:g} is < 0"


_Z = np.linspace(-12.0, 12.0, 4801)
_DENSITY = np.exp(-(_Z**2) / 2) / np.sqrt(2 * np.pi) * (_Z[1] - _Z[0])
"""Weights of the rule of trapezoids, exact to rounding for a smooth integrand."""
