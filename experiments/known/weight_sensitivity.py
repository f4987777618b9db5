"""How strongly the last state depends on a recurrent weight."""

import torch

from gradlab.measures.base import Measure


class WeightSensitivity(Measure):
    """(dL/dW_hh)^2 summed over its entries, L = v . h_T: arithmetic, not by its log.

    At one linear unit h_t = w h_{t-1} + x_t it is (dh_T/dw)^2.
    """

    symbol = "|dL/dW_hh|_F^2"
    unit = "number"
    question = "How strongly does the last state depend on a recurrent weight?"
    formula = "|sum over t of G_t|_F^2"
    reference = "Zucchet & Orvieto 2024"

    def applies_to(self, cell):
        return len(cell.recurrent_parameters) == len(cell.layer_cells)

    def compute(self, context):
        total = None
        for part in context.step_gradients(context.cell.recurrent_parameters):
            flat = torch.cat([one.double().flatten(1) for one in part.values()], -1)
            total = flat if total is None else total + flat
        return (total * total).sum(-1).reshape(context.batch_shape)
