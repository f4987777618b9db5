"""Mean logarithm of the conveyor, unit by unit."""

import numpy as np

from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln
from gradlab.paths import conveyors, has_conveyor


WARM_UP = 10
"""The exponents leave out the first T // 10 steps, too."""


class MeanLogKeep(Measure):
    """E ln |d| of every unit, the largest first, over all but the first tenth of steps.

    The conveyor d is the diagonal by which a gate hands the carry on.
    """

    symbol = "E ln |d_i|"
    unit = "nats per step"
    question = "What does each unit keep per step, by its gate alone?"
    formula = "mean over t of ln |d_t|, sorted"
    reference = "exponents of a product of diagonal matrices"
    axes = ("index",)

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        found = conveyors(context.trajectory)[context.length // WARM_UP :]
        logs = ln(found.detach().double().abs().numpy())
        mean = np.ascontiguousarray(np.moveaxis(logs, 0, -1)).mean(axis=-1)
        ordered = -np.sort(-mean, axis=-1)
        index = range(1, ordered.shape[-1] + 1)
        return context.labelled(np.moveaxis(ordered, -1, 0), index=index)
