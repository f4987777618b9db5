"""Mean of the gates."""

import numpy as np

from gradlab.measures._gates import gate_values, has_gates
from gradlab.measures.base import Measure


class GateMean(Measure):
    """Mean of each gate over steps and units.

    Products of gates follow ``gate_log_mean``, not this. ``keep_gate`` is the gate that
    keeps the carry, in any convention.
    """

    name = "gate_mean"
    symbol = "E f"
    unit = "number"
    question = "How far open are the gates?"
    formula = "mean over t and units of the gate"
    reference = "Karpathy, Johnson, Fei-Fei 2015"
    axes = ("block",)
    along_training = True

    def applies_to(self, cell):
        return has_gates(cell)

    def compute(self, context):
        gates = gate_values(context)
        values = np.stack([gate.mean(axis=-1) for gate in gates.values()])
        return context.labelled(values, block=gates)
