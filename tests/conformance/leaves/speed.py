"""A measure in a file of its own: a bare number per sequence."""

from dataclasses import dataclass

from gradlab.measures.base import Measure


@dataclass(frozen=True)
class Speed(Measure):
    """Mean squared change of h per step, over the last ``steps`` steps."""

    symbol = "|h_t - h_{t-1}|^2"
    unit = "1"
    question = "How fast does the hidden state move?"
    formula = "mean |h_t - h_{t-1}|^2"

    steps: int = 10

    def compute(self, flow):
        hidden = flow.trajectory.states[0]
        moved = (hidden[1:] - hidden[:-1])[-self.steps :]
        return (moved * moved).sum(-1).mean(0)
