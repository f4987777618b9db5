"""Mean of the conveyor over units."""

import numpy as np

from gradlab.jacobians import lags
from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor, ln_conveyor_products


TENTHS = 10


class MeanConveyor(Measure):
    """Mean over units of |d_T ... d_{t+1}|, at the stored lags and tenths of T.

    The conveyor d is the diagonal by which a gate hands the carry on.
    """

    symbol = "E |d_T ... d_{t+1}|"
    unit = "number"
    question = "What does the mean unit keep, by its gate alone?"
    formula = "mean over units of prod |d_s|"
    reference = "Tallec & Ollivier 2018"
    axes = ("lag",)

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        length = context.length
        tenths = {length * k // TENTHS for k in range(TENTHS + 1)}
        chosen = sorted({*lags(length), *tenths})
        left = np.exp(ln_conveyor_products(context.trajectory)[chosen])
        return context.labelled(left.mean(axis=-1), lag=chosen)
