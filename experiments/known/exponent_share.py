"""The distribution of all Lyapunov exponents."""

import numpy as np

from gradlab.exponents import lyapunov_exponents
from gradlab.measures.base import Measure


LEVELS = (-2.0, -1.5, -1.0, -0.75, -0.5, -0.35, -0.2)


class ExponentShare(Measure):
    """Share of the exponents that are at most s, at several s (``index``)."""

    symbol = "F(s)"
    unit = "share"
    question = "How are the exponents distributed?"
    formula = "#{i : lambda_i <= s} / n"
    reference = "Newman 1986"
    axes = ("index",)
    costly = True

    def compute(self, context):
        exponents = lyapunov_exponents(context.trajectory).exponents.values
        below = np.stack([(exponents <= level).mean(axis=0) for level in LEVELS])
        return context.labelled(below, index=LEVELS)
