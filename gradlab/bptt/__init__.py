"""One ``loss.backward()``: dL/dh_t, dL/dc_t and each step's contribution to dL/dW."""

from gradlab.bptt.backward import Backward, GradientFactors, backward
from gradlab.bptt.contributions import Contributions, contributions
from gradlab.bptt.weight_copies import weight_gradients


__all__ = [
    "Backward",
    "Contributions",
    "GradientFactors",
    "backward",
    "contributions",
    "weight_gradients",
]
