"""How far the product of the forget gates is from the conveyor."""

import numpy as np

from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln
from gradlab.paths import ln_conveyor_products


class ForgetGateGap(Measure):
    """max over units of |ln(f_T ... f_2) - ln |d_T ... d_2||.

    d_t = dc_t/dc_{t-1} at fixed h_{t-1}; without peepholes it is f_t.
    """

    symbol = "max |ln prod f - ln prod d|"
    unit = "nats"
    question = "Is the conveyor the product of the forget gates?"
    formula = "max over units of |sum_{t > 1} (ln f_t - ln |d_t|)|"
    reference = "Gers, Schraudolph & Schmidhuber 2002"

    def applies_to(self, cell):
        return "forget_gate" in cell.gate_names

    def compute(self, context):
        trajectory = context.trajectory
        gates = ln(trajectory.gates["forget_gate"][1:].double().cpu().numpy())
        by_step = np.ascontiguousarray(np.moveaxis(gates, 0, -1))
        conveyor = ln_conveyor_products(trajectory)[trajectory.length - 1]
        return np.abs(by_step.sum(axis=-1) - conveyor).max(axis=-1)
