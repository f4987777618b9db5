"""Stable rank of the product."""

import numpy as np

from gradlab.measures.base import Measure


class StableRank(Measure):
    """|P|_F^2 / |P|_2^2 of the whole product at the stored lags.

    Between 1 (one direction dominates) and the width of the state (all are equal); NaN
    where the product is zero or not finite.
    """

    name = "stable_rank"
    symbol = "|P|_F^2 / |P|_2^2"
    unit = "directions"
    question = "How many directions survive?"
    formula = "sum sigma_i^2 / sigma_1^2"
    reference = "Rudelson & Vershynin 2007"
    axes = ("block", "lag")
    version = 3
    low_memory = True

    def compute(self, context):
        norms = context.norms
        spectral = norms.ln_spectral_norm.at(block="joint")
        with np.errstate(invalid="ignore"):
            ratio = norms.ln_frobenius_norm.at(block="joint") - spectral
        rank = np.exp(2.0 * ratio)
        return context.labelled(rank[None], block=("joint",), lag=norms.lags)
