"""The three derivatives called dc_T/dc_t."""

import numpy as np

from gradlab.measures.base import Measure
from gradlab.paths import cell_derivatives, has_conveyor


class CellDerivativesMeasure(Measure):
    """ln |dc_T/dc_t|_2 as conveyor, state and graph derivative, by lag below T.

    The conveyor is the gates alone; state holds h_t fixed, as the Jacobian of the whole
    state does; graph lets h_t follow c_t, which is what ``retain_grad`` returns.
    """

    name = "cell_derivatives"
    symbol = "ln |dc_T/dc_t|_2"
    unit = "nats"
    question = "Which of the three derivatives called dc_T/dc_t is meant?"
    formula = "prod d_s; P_cc; P_cc + P_ch dh_t/dc_t"
    reference = "Hochreiter & Schmidhuber 1997"
    axes = ("block", "lag")
    version = 2
    costly = True

    def applies_to(self, cell):
        return has_conveyor(cell) and len(cell.state_names) > 1

    def compute(self, context):
        found = cell_derivatives(context.trajectory)
        values = np.stack(list(found.spectral.values()))
        return context.labelled(values, block=found.spectral, lag=found.lags)
