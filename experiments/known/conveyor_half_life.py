"""Half-life of a cell state by its gate alone."""

import math

import numpy as np

from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor, time_constants


class ConveyorHalfLife(Measure):
    """ln 2 times the time constant of the conveyor, of the lower median unit.

    The conveyor is the diagonal by which a gate hands the carry on; inf where the unit
    does not decay.
    """

    symbol = "t_1/2"
    unit = "steps"
    question = "After how many steps is half of what a unit holds gone, by its gate?"
    formula = "-ln 2 / mean_t ln |d_t|"
    reference = "ln 2 over the measured rate"

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        units = np.sort(time_constants(context.trajectory), axis=-1)
        return math.log(2) * units[..., (units.shape[-1] - 1) // 2]
