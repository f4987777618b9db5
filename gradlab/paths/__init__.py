"""Paths of the gradient by how often they pass through the recurrent weights.

Also of the carry (the last state: c of an LSTM, h of a GRU) alone: the conveyor (the
diagonal by which a gate hands it on), its time constants, and the three derivatives
that are all called dc_T/dc_t.
"""

from gradlab.paths.conveyor import (
    conveyors,
    has_conveyor,
    ln_conveyor_products,
    time_constants,
)
from gradlab.paths.derivatives import CellDerivatives, cell_derivatives
from gradlab.paths.passes import (
    RecurrentPasses,
    part_names,
    pass_matrices,
    recurrent_passes,
)


__all__ = [
    "CellDerivatives",
    "RecurrentPasses",
    "cell_derivatives",
    "conveyors",
    "has_conveyor",
    "ln_conveyor_products",
    "part_names",
    "pass_matrices",
    "recurrent_passes",
    "time_constants",
]
