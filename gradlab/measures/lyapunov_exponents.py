"""Lyapunov exponents of the whole state."""

import numpy as np

from gradlab.exponents import lyapunov_exponents
from gradlab.measures.base import Measure


class LyapunovExponents(Measure):
    """All Lyapunov exponents of the whole state, lambda_1 first, nats per step.

    By the QR algorithm in float64 along the stored trajectory, without the first tenth
    of the steps; -inf for dead directions. Low and high are 95 % bounds by batch means
    over twelve batches of steps, NaN where these are shorter than 16.

    Derived from them: the Kaplan-Yorke dimension, the entropy rate (the sum of the
    positive ones, an upper bound), and the sum rule's residual |sum of exponents - mean
    ln |det J_t||: the worst sequence's, NaN where all have dead directions.
    """

    name = "lyapunov_exponents"
    symbol = "lambda_i"
    unit = "nats per step"
    question = "How fast does each direction grow or die?"
    formula = "mean over t of ln R_ii, J_t Q_{t-1} = Q_t R"
    reference = "Benettin et al. 1980; Engelken, Wolf & Abbott 2023"
    axes = ("index",)
    outputs = (
        "lyapunov_exponents",
        "lyapunov_exponents_low",
        "lyapunov_exponents_high",
        "kaplan_yorke_dimension",
        "entropy_rate",
        "sum_rule_residual",
    )
    costly = True
    low_memory = True

    def compute(self, context):
        found = lyapunov_exponents(context.trajectory)
        low, high = found.interval()
        worst = np.fmax.reduce(found.sum_rule_residual.values, axis=-1)
        return {
            "lyapunov_exponents": found.exponents,
            "lyapunov_exponents_low": low,
            "lyapunov_exponents_high": high,
            "kaplan_yorke_dimension": found.kaplan_yorke_dimension,
            "entropy_rate": found.entropy_rate,
            "sum_rule_residual": context.labelled(worst, by_sequence=False),
        }
