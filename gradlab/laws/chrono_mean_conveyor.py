"""What chrono's forget gates leave on the conveyor, averaged over units."""

from scipy.special import expn

from gradlab.laws.base import Law


class ChronoMeanConveyor(Law):
    """E f^tau = E_2(tau/Tmax), with the exponential integral E_2.

    For gates held at f = u/(1 + u), u uniform on [1, Tmax - 1]: f^tau is about
    exp(-tau/(1 + u)), and its mean over time constants even on [0, Tmax] is E_2. Exact
    as Tmax grows at tau/Tmax fixed; at Tmax = 1,000 within 0.2 % for tau >= 100.

    Source: derived; the biases are those of Tallec & Ollivier 2018.
    """

    statement = (
        "With chrono's forget biases the mean unit keeps E_{2}(τ/T_{max}) of what it "
        "held τ steps ago."
    )
    equation = (
        'EE f^tau = "E"_2 (tau / T_max), quad '
        '"E"_2 (x) = integral_1^infinity e^(-x t) / t^2 dif t'
    )
    spoken = "the mean of f to the tau is the exponential integral E two of tau by T"
    reference = "tallec2018"
    provenance = "derived"
    examples = (
        ({"lag": 100.0, "longest": 1000.0}, 0.722545),
        ({"lag": 1000.0, "longest": 1000.0}, 0.148496),
        ({"lag": 2000.0, "longest": 1000.0}, 0.037534),
    )

    def value(self, *, lag: float, longest: float) -> float:
        """Return the mean at a lag tau, ``longest`` being Tmax."""
        return float(expn(2, lag / longest))

    def applies(self, *, lag: float, longest: float) -> str:
        """Return why not: too short a Tmax, where the sum is no integral."""
        return "" if longest >= 100 else f"Tmax {longest:g} is below 100"
