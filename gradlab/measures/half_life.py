"""Half-life of the gradient."""

import numpy as np

from gradlab.measures._rates import rates
from gradlab.measures.base import Measure, Reading
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
        rate, _ = Reading({}, rates(context, "joint")).summary()
        lives = np.vectorize(half_life, otypes=[float])(rate)
        return Reading({}, lives, per_sequence=False)
