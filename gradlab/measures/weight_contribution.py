"""How large each step's part in dL/dW_hh is."""

from dataclasses import dataclass

from gradlab.measures._flow import sequence_first
from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure, Reading


@dataclass(frozen=True)
class WeightContribution(Measure):
    """ln |G_t|_F, G_t = delta_t h_{t-1}^T being step t's part in dL/dW_hh."""

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

    def compute(self, flow):
        coords = {"step": tuple(range(1, flow.length + 1))}
        return Reading(coords, sequence_first(flow.contributions.ln_norm))
