"""Size of every step's contribution to dL/dW_hh."""

from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure


class WeightContribution(Measure):
    """ln |G_t|_F, G_t = delta_t h_{t-1}^T the contribution of step t to dL/dW_hh."""

    name = "weight_contribution"
    symbol = "ln |G_t|_F"
    unit = "nats"
    question = "Which steps supply the gradient of the recurrent weights?"
    formula = "ln |delta_t h_{t-1}^T|_F"
    reference = "Werbos 1990 (backpropagation through time): dL/dW = sum over t of G_t"
    axes = ("step",)
    version = 2

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        steps = range(1, context.length + 1)
        return context.labelled(context.contributions.ln_norm, step=steps)
