"""How the gradient of a critical tanh network decays."""

from math import log

from gradlab.laws.base import Law


class CriticalDecay(Law):
    """ln |J_{T:0}| - ln |J_{T0:0}| = -3 / (2 kappa) ln(T / T0), for a large T0.

    Of h_t = tanh(Q h_{t-1}) with orthogonal Q: the mean square m of the units obeys
    m' = -2/3 kappa m^2, where kappa is their mean fourth power over m^2, so that
    m = 3 / (2 kappa T), and the log of a slope is on average -m. One unit has
    kappa = 1, which gives T^(-3/2); many mixed ones are Gaussian, kappa = 3, which
    gives T^(-1/2). Nats.

    Source: derived.
    """

    statement = (
        "With orthogonal weights and no input a tanh network is critical: its gradient "
        "decays as a power of T, T^{−3/2} for one unit and T^{−1/2} for many."
    )
    equation = (
        'ln norm(J_(T : 0)) - ln norm(J_(T_0 : 0)) = -3 / (2 kappa) ln (T "/" T_0)'
    )
    spoken = (
        "the log norm at T less that at T zero is minus three over two kappa times the "
        "logarithm of T over T zero"
    )
    provenance = "derived"
    examples = (
        ({"length": 400.0, "reference": 100.0, "kurtosis": 1.0}, -2.079442),
        ({"length": 400.0, "reference": 100.0, "kurtosis": 3.0}, -0.693147),
    )

    def value(self, *, length: float, reference: float, kurtosis: float) -> float:
        """Return the difference of logs; ``kurtosis`` is kappa."""
        return -3 / (2 * kurtosis) * log(length / reference)

    def applies(self, *, length: float, reference: float, kurtosis: float) -> str:
        """Return why not: no step, or less than the least kurtosis there is."""
        if not (length > 0 and reference > 0):
            return "a length is not above 0"
        return "" if kurtosis >= 1 else f"a kurtosis of {kurtosis:g} is below 1"
