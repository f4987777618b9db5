"""A measure in a file of its own: a bare number per sequence."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures.base import Measure


@dataclass(frozen=True)
class Speed(Measure):
    """Mean squared change of h per step, over the last ``steps`` steps."""

    symbol = "|h_t - h_{t-1}|^2"
    unit = "1"
    question = "How fast does the hidden state move?"
    formula = "mean |h_t - h_{t-1}|^2"

    steps: int = 10

    def compute(self, context):
        moved = np.diff(context.trajectory.states[0].numpy(), axis=0)[-self.steps :]
        by_sequence = np.ascontiguousarray(np.moveaxis(moved * moved, 0, -2))
        return by_sequence.sum(axis=-1).mean(axis=-1)
