"""Half-life of a cell state whose forget gate is held at its bias."""

from math import exp, log, log1p

from gradlab.laws.base import Law


class ForgetHalfLife(Law):
    """t_1/2 = ln 2 / -ln s(b): steps until half of c is left at the forget bias b.

    With the gate at s(b), the logistic function, c keeps s(b) each step.

    Source: derived; the bias is that of Gers et al. 2000 and Jozefowicz et al. 2015.
    """

    statement = (
        "A cell state whose forget gate stands at its bias b halves in ln 2 / −ln s(b) "
        "steps, about 0.7 e^{b} for a large b."
    )
    equation = "t_(1\\/2) = (ln 2) / (-ln s(b)), quad s(b) = 1 / (1 + e^(-b))"
    spoken = "the half-life is ln two over minus ln s of b"
    provenance = "derived"
    examples = (
        ({"bias": 0.0}, 1.0),
        ({"bias": 1.0}, 2.2127),
        ({"bias": 5.0}, 103.2183),
    )

    def value(self, *, bias: float) -> float:
        """Return the half-life in steps at a forget bias."""
        return log(2) / log1p(exp(-bias))
