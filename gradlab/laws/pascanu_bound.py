"""The bound of Pascanu, Mikolov and Bengio on a plain RNN's gradient."""

from math import log

from gradlab.laws.base import Law


class PascanuBound(Law):
    """ln |J_{T:T-tau}|_2 <= tau ln(gamma sigma_max(W_hh)), gamma = sup |phi'|.

    Holds for every trajectory of a plain RNN. Below 1 / gamma the largest singular
    value makes gradients vanish; above it they may explode and need not. With the
    largest eigenvalue in its place, as one printing of the paper has it, it is false.

    Source: Pascanu, Mikolov & Bengio 2013, section 2.1.
    """

    statement = (
        "A gradient of a plain RNN cannot grow faster than by γ σ_{max} a step, the "
        "activation's largest slope times the largest singular value of the weights."
    )
    equation = "ln norm(J_(T : T - tau))_2 <= tau ln (gamma sigma_max)"
    spoken = "the log norm over tau steps is at most tau times ln of gamma sigma max"
    reference = "pascanu2013"
    provenance = "text"
    examples = (
        ({"lag": 10.0, "spectral_norm": 0.5}, -6.931472),
        ({"lag": 1.0, "spectral_norm": 4.0, "slope": 0.25}, 0.0),
    )

    def value(self, *, lag: float, spectral_norm: float, slope: float = 1.0) -> float:
        """Return the bound in nats; ``slope`` is gamma, 1 for tanh, 1/4 for sigmoid."""
        return lag * log(slope * spectral_norm)

    def applies(self, *, lag: float, spectral_norm: float, slope: float = 1.0) -> str:
        """Return why not: without weights there is nothing to bound."""
        return "" if slope * spectral_norm > 0 else "the weights are zero"
