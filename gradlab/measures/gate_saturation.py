"""Share of saturated gate values."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._gates import gate_values, has_gates
from gradlab.measures.base import Measure


@dataclass(frozen=True)
class GateSaturation(Measure):
    """Share of gate values below ``below`` (``low``) and above ``above`` (``high``)."""

    name = "gate_saturation"
    symbol = "P(f < 0.1), P(f > 0.9)"
    unit = "share"
    question = "How often are the gates shut or open?"
    formula = "share of steps and units"
    reference = "Karpathy, Johnson & Fei-Fei 2015"
    axes = ("block", "index")

    below: float = 0.1
    above: float = 0.9

    def applies_to(self, cell):
        return has_gates(cell)

    def compute(self, context):
        gates = gate_values(context)
        shares = [
            [(gate < self.below).mean(axis=-1), (gate > self.above).mean(axis=-1)]
            for gate in gates.values()
        ]
        index = ("low", "high")
        return context.labelled(np.array(shares), block=gates, index=index)
