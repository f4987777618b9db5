"""Growth rate of dh/dh alone, for cells with a cell state."""

from gradlab.exponents import hidden_only_exponent
from gradlab.measures.base import Measure


class HiddenOnlyExponent(Measure):
    """Rate of the product of dh_t/dh_{t-1} at fixed c; not a Lyapunov exponent.

    Published code computes it for LSTMs; it leaves out the path by which an LSTM
    remembers. Compare with ``lyapunov_exponents`` at index 1. For single layers.
    """

    name = "hidden_only_exponent"
    symbol = "lambda_1 of dh/dh"
    unit = "nats per step"
    question = "What would dh/dh alone say of the largest exponent?"
    formula = "mean over t of ln |dh_t/dh_{t-1} q|, c fixed"
    reference = "as computed by the public code of Vogt et al. 2022; not an exponent"
    costly = True
    low_memory = True

    def applies_to(self, cell):
        return len(cell.state_names) > 1 and len(cell.layer_cells) == 1

    def compute(self, context):
        return hidden_only_exponent(context.trajectory).exponents.sel(index=1)
