"""Products of orthogonal matrices."""

from math import log

from gradlab.laws.base import Law


class OrthogonalIsometry(Law):
    """ln sigma_i(W^tau) = tau ln g for every i, of W = g Q with Q orthogonal.

    A linear network with such weights scales every gradient by g at each step and
    turns it; all exponents are ln g. Nats.

    Source: Saxe, McClelland & Ganguli 2014 (abstract read; immediate).
    """

    statement = (
        "A linear network with g times orthogonal weights scales every direction by g "
        "at each step: all singular values over τ steps are g^{τ}."
    )
    equation = "ln sigma_i (W^tau) = tau ln g"
    spoken = "ln sigma i of W to the tau is tau times ln g"
    reference = "saxe2014"
    provenance = "abstract"
    examples = (
        ({"gain": 1.1}, 0.0953102),
        ({"gain": 0.5, "lag": 10.0}, -6.931472),
        ({"gain": 1.0, "lag": 10_000.0}, 0.0),
    )

    def value(self, *, gain: float, lag: float = 1.0) -> float:
        """Return the log of each singular value after ``lag`` steps."""
        return lag * log(gain)

    def applies(self, *, gain: float, lag: float = 1.0) -> str:
        """Return why not: a gain of 0."""
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
