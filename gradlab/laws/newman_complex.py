"""Lyapunov exponents of products of independent complex Gaussian matrices."""

from math import log

from scipy.special import psi

from gradlab.laws.base import Law


class NewmanComplex(Law):
    """lambda_k = psi(N - k + 1)/2 + ln(g/sqrt N), k counted from 1, the largest.

    Of N x N matrices with independent complex normal entries of variance g^2/N; psi is
    the digamma function. Nats per step. As real matrices of twice the size they have
    each exponent twice.

    Source: Forrester 2013 (abstract read; checked against volumes in the tests).
    """

    statement = (
        "A product of independent complex N × N Gaussian matrices has the exponents "
        "of the digamma function, each twice where complex numbers are pairs."
    )
    equation = "lambda_k = 1/2 psi(N - k + 1) + ln (g / sqrt(N))"
    spoken = (
        "lambda k is half of psi of N minus k plus one, plus the logarithm of g over "
        "root N"
    )
    reference = "forrester2013"
    provenance = "abstract"
    examples = (
        ({"size": 1.0, "index": 1.0}, -0.288608),  # minus half of Euler's constant
        ({"size": 2.0, "index": 1.0}, -0.135181),  # psi(2) = 1 - Euler's constant
    )

    def value(self, *, size: float, index: float, gain: float = 1.0) -> float:
        """Return lambda_k of matrices of ``size`` N and ``gain`` g, k = ``index``."""
        return 0.5 * float(psi(size - index + 1)) + log(gain / size**0.5)

    def applies(self, *, size: float, index: float, gain: float = 1.0) -> str:
        """Return why not: more exponents than the matrix has, or no matrix."""
        if not 1 <= index <= size:
            return f"k = {index:g} is not one of the {size:g} exponents"
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
