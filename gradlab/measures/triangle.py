"""Spectral norms between any two steps of a sequence."""

import numpy as np

from gradlab.jacobians import triangle
from gradlab.measures.base import Measure


class TriangleMeasure(Measure):
    """ln |J_{T':t}|_2 of the first sequence for later steps T' and lags T' - t.

    At most 64 x 64: steps and lags are multiples of ceil(T / 64). NaN where the lag
    reaches before the start.
    """

    name = "triangle"
    symbol = "ln |J_{T':t}|_2"
    unit = "nats"
    question = "What does it look like inside one sequence?"
    formula = "ln sigma_max(J_{T'} ... J_{t+1})"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("step", "lag")
    version = 3
    costly = True

    def compute(self, context):
        found = triangle(context.trajectory)
        values = np.moveaxis(found.ln_norms, (-2, -1), (0, 1))
        return context.labelled(
            values, by_sequence=False, step=found.steps, lag=found.lags
        )
