"""Half-life of the gradient."""

import numpy as np

from gradlab.measures._rates import mean_rate
from gradlab.measures.base import Measure
from gradlab.statistics import half_life


class HalfLife(Measure):
    """ln 2 / -rate of the whole product, the rate averaged over sequences.

    inf where it does not decay, 0 where the product is exactly zero.
    """

    name = "half_life"
    symbol = "t_1/2"
    unit = "steps"
    question = "After how many steps is half of the gradient gone?"
    formula = "ln 2 / -lambda"
    reference = "ln 2 over the measured rate"
    low_memory = True

    def compute(self, context):
        rate = mean_rate(context, "joint")
        lives = np.vectorize(half_life, otypes=[float])(rate)
        return context.labelled(lives, by_sequence=False)
