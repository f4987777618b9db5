"""How many random walks have never been below zero."""

from math import exp, lgamma, log

from gradlab.laws.base import Law


class WalksAboveZero(Law):
    """n C(2t, t) / 4^t: of n random walks, those above 0 at each of t steps.

    Steps are independent with one symmetric continuous distribution, whichever; the
    walk begins at 0. For a large t about n / sqrt(pi t).

    A unit h_t = relu(h_{t-1} + x_t) is such a walk until it is below 0 once; from then
    on dh_t/dh_0 = 0.

    Source: Sparre Andersen 1954 (not read; checked by simulation in the tests).
    """

    statement = (
        "Of n random walks with symmetric steps n C(2t, t) / 4^{t} have been above 0 "
        "all the time, about n / √(πt)."
    )
    equation = "n binom(2 t, t) \\/ 4^t"
    spoken = "n times two t choose t over four to the t"
    reference = "sparre1954"
    provenance = "derived"
    examples = (
        ({"steps": 1.0, "count": 1.0}, 1 / 2),
        ({"steps": 2.0, "count": 8.0}, 3.0),
        ({"steps": 3.0, "count": 16.0}, 5.0),
    )

    def value(self, *, steps: float, count: float) -> float:
        """Return how many of ``count`` walks are above 0 at each of ``steps`` steps."""
        ln_ways = lgamma(2 * steps + 1) - 2 * lgamma(steps + 1)
        return count * exp(ln_ways - 2 * steps * log(2))

    def applies(self, *, steps: float, count: float) -> str:
        """Return why not: a negative number of steps."""
        return "" if steps >= 0 else f"{steps:g} steps are below 0"
