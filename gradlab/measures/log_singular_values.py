"""All singular values of the product."""

from gradlab.measures.base import Measure
from gradlab.spectra import singular_spectra


class LogSingularValues(Measure):
    """ln of all singular values of J_T ... J_{t+1} at lags 1, 4, 16, .. and T.

    ``index`` counts them from 1, the largest, to the width of the state; -inf is an
    exact zero. In float64, by a factorisation that is accurate for all of them over
    hundreds of decades (:func:`gradlab.spectra.singular_spectra`).

    ``log_condition`` is ln sigma_1 / sigma_n, ``log_abs_det`` the sum of all;
    ``entropy_rank`` (Roy & Vetterli 2007) and ``participation_ratio`` count directions
    of about equal size, from 1 to n.
    """

    name = "log_singular_values"
    symbol = "ln sigma_i"
    unit = "nats"
    question = "What becomes of every direction, not only of the strongest?"
    formula = "ln sigma_i(J_T ... J_{t+1}), i = 1 .. n"
    reference = "Bai et al. 2011; Roy & Vetterli 2007"
    axes = ("lag", "index")
    version = 3
    outputs = (
        "log_singular_values",
        "entropy_rank",
        "participation_ratio",
        "log_condition",
        "log_abs_det",
    )
    costly = True
    low_memory = True

    def compute(self, context):
        spectra = singular_spectra(context.trajectory)
        return {
            self.name: spectra.ln_singular_values,
            **{name: getattr(spectra, name) for name in self.outputs[1:]},
        }
