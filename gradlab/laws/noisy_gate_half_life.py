"""Half-life of a cell state whose forget gate is noisy."""

from math import log

import numpy as np

from gradlab.laws.base import Law


class NoisyGateHalfLife(Law):
    """t_1/2 = ln 2 / -E ln s(b + d z), z normal: the noise shortens memory.

    The product of T gates is exp of the sum of their logarithms, which by the law of
    large numbers is T E ln f. By Jensen's inequality E ln f < ln E f.

    Source: derived.
    """

    statement = (
        "A cell state whose forget gate is s(b + d z), z normal, halves in "
        "ln 2 / −E ln s(b + d z) steps. The mean gate promises more."
    )
    equation = "t_(1\\/2) = (ln 2) / (-EE ln s(b + d z))"
    spoken = "the half-life is ln two over minus the mean of ln s of b plus d z"
    provenance = "derived"
    examples = (
        ({"bias": 0.0, "deviation": 0.0}, 1.0),
        ({"bias": 1.0, "deviation": 1.0}, 1.7037),
        ({"bias": 1.0, "deviation": 2.0}, 1.0788),
        ({"bias": 5.0, "deviation": 2.0}, 18.3305),
    )

    def value(self, *, bias: float, deviation: float) -> float:
        """Return the half-life in steps at a pre-activation b + ``deviation`` z."""
        ln_gate = -np.logaddexp(0.0, -(bias + deviation * _Z))
        return log(2) / -float(_DENSITY @ ln_gate)

    def applies(self, *, bias: float, deviation: float) -> str:
        """Return why not: a deviation below 0."""
        return "" if deviation >= 0 else f"the deviation {deviation:g} is below 0"


_Z = np.linspace(-12.0, 12.0, 4801)
_DENSITY = np.exp(-(_Z**2) / 2) / np.sqrt(2 * np.pi) * (_Z[1] - _Z[0])
