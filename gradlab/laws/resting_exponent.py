"""The largest exponent of a network that rests at zero."""

from math import log

from gradlab.laws.base import Law


class RestingExponent(Law):
    """lambda_1 = ln(phi'(0) rho(W)): the largest exponent where every J_t is the same.

    Of a silent network that has come to rest at zero, J_t = phi'(0) W; the exponents
    are the logarithms of the moduli of its eigenvalues, the largest that of the
    spectral radius. Nats per step.

    Source: derived (powers of one matrix, Gelfand's formula).
    """

    statement = (
        "A network at rest multiplies by the same matrix at each step, and its largest "
        "exponent is the logarithm of that matrix's spectral radius."
    )
    equation = "lambda_1 = ln (phi'(0) rho(W))"
    spoken = "lambda one is the logarithm of phi prime of zero times rho of W"
    provenance = "derived"
    examples = (
        ({"spectral_radius": 1.0}, 0.0),
        ({"spectral_radius": 2.0, "slope": 0.25}, -0.693147),
    )

    def value(self, *, spectral_radius: float, slope: float = 1.0) -> float:
        """Return lambda_1; ``slope`` is phi'(0), 1 for tanh."""
        return log(slope * spectral_radius)

    def applies(self, *, spectral_radius: float, slope: float = 1.0) -> str:
        """Return why not: a nilpotent matrix has no exponent."""
        return "" if slope * spectral_radius > 0 else "the spectral radius is 0"
