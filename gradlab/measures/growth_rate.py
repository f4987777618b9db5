"""Growth rate of the product's norm."""

import numpy as np

from gradlab.measures._rates import rate_bounds, rated_blocks, rates
from gradlab.measures.base import Measure


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
        rate = np.stack([rates(context, block) for block in blocks])
        bounds = np.array([rate_bounds(context, block) for block in blocks])
        low, high = (
            context.labelled(bounds[:, k], by_sequence=False, block=blocks)
            for k in range(2)
        )
        return {
            "growth_rate": context.labelled(rate, block=blocks),
            "growth_rate_low": low,
            "growth_rate_high": high,
        }
