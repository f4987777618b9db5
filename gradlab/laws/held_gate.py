"""What a forget gate that stands at its bias leaves on the conveyor."""

from math import exp, log1p

from gradlab.laws.base import Law


class HeldGate(Law):
    """ln s(b)^tau = -tau ln(1 + e^-b), s the logistic function: nats left after tau.

    Source: derived; the bias is that of Gers et al. 2000 and Jozefowicz et al. 2015.
    """

    statement = "A forget gate that stands at its bias b leaves s(b)^{τ} after τ steps."
    equation = "ln s(b)^tau = -tau ln (1 + e^(-b))"
    spoken = "ln of s of b to the tau is minus tau ln of one plus e to the minus b"
    provenance = "derived"
    examples = (
        ({"bias": 0.0, "lag": 100.0}, -69.314718),
        ({"bias": 1.0, "lag": 100.0}, -31.326169),
        ({"bias": 5.0, "lag": 100.0}, -0.671535),
    )

    def value(self, *, bias: float, lag: float) -> float:
        """Return ln of what is left at a forget bias after ``lag`` tau steps."""
        return -lag * log1p(exp(-bias))
