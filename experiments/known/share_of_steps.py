"""Share of the first and of the last steps in the gradient of the weights."""

import numpy as np

from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure


PARTS = 8


class ShareOfSteps(Measure):
    """Sum of <G_t, G> / |G|_F^2 over the first, and the last, eighth of the steps.

    G_t is the contribution of step t to G = dL/dW_hh; shares of all steps sum to 1,
    and may be negative. At least one step; NaN where G is zero.
    """

    symbol = "sum <G_t, G> / |G|_F^2"
    unit = "share"
    question = "Do early or late steps decide the gradient of the weights?"
    formula = "sum over the first (last) T/8 steps of <G_t, G> / |G|_F^2"
    reference = "Werbos 1990 (backpropagation through time): dL/dW = sum over t of G_t"
    axes = ("index",)

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        count = max(context.length // PARTS, 1)
        shares = np.moveaxis(context.contributions.share, 0, -1)
        ends = {"first": shares[..., :count], "last": shares[..., -count:]}
        sums = [np.ascontiguousarray(part).sum(axis=-1) for part in ends.values()]
        return context.labelled(np.stack(sums), index=ends)
