"""Growth rate of the product's norm."""

import numpy as np

from gradlab.measures._rates import rate_bounds, rated_blocks, rates
from gradlab.measures.base import Measure, Reading


class GrowthRate(Measure):
    """ln |P|_2 at T over T: nats per step, negative where the gradient vanishes.

    exp of the rate is the factor kept per step. Low and high are 95 % bounds of this
    network's rate over T steps, by batch means over twelve batches of lags, the first
    of which, where the norm settles, counts for the rate alone; NaN where batches are
    shorter than 16 steps.
    """

    name = "growth_rate"
    symbol = "lambda"
    unit = "nats per step"
    question = "How much does each step keep?"
    formula = "(ln |J_{T:0}|_2 - ln |J_{T:T}|_2) / T"
    reference = (
        "mean increment of ln norm; interval by batch means (Law and Kelton 1984)"
    )
    version = 2
    axes = ("block",)
    outputs = ("growth_rate", "growth_rate_low", "growth_rate_high")
    low_memory = True

    def compute(self, context):
        blocks = rated_blocks(context)
        coords = {"block": blocks}
        rate = np.stack([rates(context, block) for block in blocks], axis=-1)
        low, high = zip(*(rate_bounds(context, block) for block in blocks), strict=True)
        return {
            "growth_rate": Reading(coords, rate),
            "growth_rate_low": Reading(coords, np.stack(low, -1), per_sequence=False),
            "growth_rate_high": Reading(coords, np.stack(high, -1), per_sequence=False),
        }
