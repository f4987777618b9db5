"""Updates that were clipped, or had nothing finite to follow."""

import numpy as np

from gradlab.measures.base import Measure


class UpdateCounts(Measure):
    """How many updates were clipped or not finite, and the first of the latter.

    ``clipped``: the gradient was longer than allowed. ``not_finite``: the loss or the
    gradient was inf or NaN; the gradient then counts as zero. ``first_not_finite``: the
    number of the first such update, from 1; inf where there is none.
    """

    name = "update_counts"
    of_training = True
    symbol = "n"
    unit = "updates"
    question = "How often was an update clipped, or not finite?"
    formula = "number of updates with |g| > clip, and with g not finite"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("index",)

    def compute(self, context):
        of = context.history
        values = np.stack([of.clipped, of.not_finite, of.first_not_finite])
        return context.labelled(
            values, index=("clipped", "not_finite", "first_not_finite")
        )
