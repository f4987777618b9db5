"""Share of the last five steps in the gradient of the weights."""

import numpy as np

from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure


STEPS = 5


class RecentShare(Measure):
    """Sum of <G_t, G> / |G|_F^2 over the last five steps, G = dL/dW_hh = sum of G_t."""

    symbol = "sum <G_t, G> / |G|_F^2"
    unit = "share"
    question = "What share of the weight gradient comes from the last five steps?"
    formula = "sum over t > T - 5 of <G_t, G> / |G|_F^2"
    reference = "Werbos 1990 (backpropagation through time): dL/dW = sum over t of G_t"

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        shares = np.moveaxis(context.contributions.share[-STEPS:], 0, -1)
        return np.ascontiguousarray(shares).sum(axis=-1)
