"""Powers of a Jordan block."""

from math import comb, log

from gradlab.laws.base import Law


class JordanBlock(Law):
    """ln |W^k|_F = k ln g + ln(sum over j < m of (m - j) C(k, j)^2) / 2.

    Of W = g (I + N) of size m, ones of N above the diagonal: W^k has g^k C(k, j) on its
    j-th diagonal above. For large k it goes as k^(m - 1) g^k: a transient that grows
    although the only eigenvalue g is below 1. Nats.

    Source: derived (binomial theorem); Trefethen & Embree 2005 on transients.
    """

    statement = (
        "A Jordan block of size m with the eigenvalue g grows as k^{m−1} g^{k}: the "
        "norm rises before it falls, although g is below 1."
    )
    equation = "norm(W^k)_F^2 = g^(2 k) sum_(j < m) (m - j) binom(k, j)^2"
    spoken = (
        "the squared norm of W to the k is g to the two k times the sum over j below m "
        "of m minus j times k over j squared"
    )
    reference = "trefethen2005"
    provenance = "derived"
    examples = (
        ({"lag": 3.0, "size": 1.0, "gain": 0.5}, -2.079442),
        ({"lag": 1.0, "size": 2.0, "gain": 1.0}, 0.549306),  # ln 3 / 2
        ({"lag": 2.0, "size": 3.0, "gain": 1.0}, 1.242453),  # ln(3 + 8 + 1) / 2
    )

    def value(self, *, lag: float, size: float, gain: float) -> float:
        """Return the log of the Frobenius norm after ``lag`` steps."""
        steps, width = round(lag), round(size)
        squares = sum((width - j) * comb(steps, j) ** 2 for j in range(width))
        return steps * log(gain) + log(squares) / 2

    def applies(self, *, lag: float, size: float, gain: float) -> str:
        """Return why not: an eigenvalue of 0."""
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
