"""Mean log of the gates."""

import numpy as np

from gradlab.measures._gates import gate_values, has_gates
from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln


class GateLogMean(Measure):
    """Mean ln of each gate over steps and units; -inf where a gate is exactly 0.

    exp(E ln f) is what a typical unit of the conveyor keeps per step; by Jensen's
    inequality it is less than the mean gate.
    """

    name = "gate_log_mean"
    symbol = "E ln f"
    unit = "nats per step"
    question = "What would the gate alone keep per step?"
    formula = "mean over t and units of ln gate"
    reference = "Jensen: exp(E ln f) <= E f; the product follows the first"
    axes = ("block",)

    def applies_to(self, cell):
        return has_gates(cell)

    def compute(self, context):
        gates = gate_values(context)
        values = [ln(gate).mean(axis=-1) for gate in gates.values()]
        return context.labelled(np.stack(values), block=gates)
