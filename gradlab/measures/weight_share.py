"""Share of every step in dL/dW_hh."""

from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure


class WeightShare(Measure):
    """<G_t, G> / |G|_F^2 with G = dL/dW_hh and G_t the contribution of step t.

    Sums to 1 over the steps; may be negative. NaN where G is zero.
    """

    name = "weight_share"
    symbol = "<G_t, G> / |G|_F^2"
    unit = "share"
    question = "What share of the weight gradient comes from how far back?"
    formula = "<G_t, G> / |G|_F^2"
    reference = "projection of G_t on G; sums to 1 since G = sum over t of G_t"
    axes = ("step",)
    along_training = True

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        steps = range(1, context.length + 1)
        return context.labelled(context.contributions.share, step=steps)
