"""Roads of the gradient: how often it passes through the recurrent weights.

And what is said of the cell state alone: its units' time constants, and the three
derivatives that are all called dc_T/dc_t.
"""

from gradlab.paths.conveyed import has_conveyor
from gradlab.paths.derivatives import CellDerivatives, cell_derivatives
from gradlab.paths.passes import (
    RecurrentPasses,
    part_names,
    pass_matrices,
    recurrent_passes,
)
from gradlab.paths.time_constants import time_constants


__all__ = [
    "CellDerivatives",
    "RecurrentPasses",
    "cell_derivatives",
    "has_conveyor",
    "part_names",
    "pass_matrices",
    "recurrent_passes",
    "time_constants",
]
