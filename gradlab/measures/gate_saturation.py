"""How often gates are shut or open."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._gates import gate_values, has_gates
from gradlab.measures.base import Measure, Reading


@dataclass(frozen=True)
class GateSaturation(Measure):
    """Share of gate values below 0.1 (``low``) and above 0.9 (``high``)."""

    name = "gate_saturation"
    symbol = "P(f < 0.1), P(f > 0.9)"
    unit = "share"
    question = "How often are the gates shut or open?"
    formula = "share of steps and units"
    reference = "Karpathy, Johnson & Fei-Fei 2015"
    axes = ("block", "index")

    def applies_to(self, cell):
        return has_gates(cell)

    def compute(self, flow):
        gates = gate_values(flow)
        shares = [
            np.stack([(gate < 0.1).mean(axis=-1), (gate > 0.9).mean(axis=-1)], axis=-1)
            for gate in gates.values()
        ]
        coords = {"block": tuple(gates), "index": ("low", "high")}
        return Reading(coords, np.stack(shares, axis=-2))
