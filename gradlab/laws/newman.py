"""Lyapunov exponents of products of independent Gaussian matrices."""

from math import log

from scipy.special import psi

from gradlab.laws.base import Law


class Newman(Law):
    """Newman's exponents: lambda_k = (ln 2 + psi((N - k + 1)/2))/2 + ln(g/sqrt N).

    Of N x N matrices with independent normal entries of variance g^2/N; k counts from
    1, the largest; psi is the digamma function. Nats per step.

    Source: Newman 1986, Comm. Math. Phys. 103, 121-126 (abstract read; the formula is
    checked against products in the tests).
    """

    statement = (
        "A product of independent N x N Gaussian matrices has the exponents of the "
        "digamma function."
    )
    equation = "lambda_k = 1/2 [ln 2 + psi((N - k + 1) / 2)] + ln (g / sqrt(N))"
    spoken = (
        "lambda k is half of the logarithm of two plus psi of N minus k plus one over "
        "two, plus the logarithm of g over root N"
    )
    reference = "newman1986"
    provenance = "abstract"
    examples = (
        ({"size": 2.0, "index": 1.0}, -0.288608),  # minus half of Euler's constant
        ({"size": 8.0, "index": 8.0}, -1.674902),
        ({"size": 32.0, "index": 1.0}, -0.015788),
    )

    def value(self, *, size: float, index: float, gain: float = 1.0) -> float:
        """Return lambda_k of matrices of ``size`` N and ``gain`` g, k = ``index``."""
        return 0.5 * (log(2) + float(psi((size - index + 1) / 2))) + log(
            gain / size**0.5
        )

    def applies(self, *, size: float, index: float, gain: float = 1.0) -> str:
        """Return why not: more exponents than the matrix has, or no matrix."""
        if not 1 <= index <= size:
            return f"k = {index:g} is not one of the {size:g} exponents"
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
