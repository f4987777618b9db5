"""Horizons within each layer and between layers."""

from gradlab.measures.base import Measure


class LayerHorizon(Measure):
    """First lag at which less than 1/1000 is left of ds^l_T/ds^m_t, layers m <= l.

    Geometric mean over the point's sequences, exact to the step. Between two layers the
    norm is 0 at lag 0, so only lags after the first one above 1/1000 count; 0 where
    there is none. inf where it is not reached within T.
    """

    name = "layer_horizon"
    symbol = "tau_lm"
    unit = "steps"
    question = "How far back does the gradient reach, layer by layer?"
    formula = "min {T - t : mean ln |ds^l_T/ds^m_t|_2 < ln 1/1000, once above}"
    reference = "first crossing, not fitted and not extrapolated"
    axes = ("block",)

    def applies_to(self, cell):
        return len(cell.layer_cells) > 1

    def compute(self, context):
        return context.layer_norms.horizon
