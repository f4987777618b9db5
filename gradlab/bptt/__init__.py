"""A real backward pass, watched: dL/dh_t, dL/dc_t and what each step gives dL/dW."""

from gradlab.bptt.backward import Backward, backward
from gradlab.bptt.contributions import Contributions, contributions
from gradlab.bptt.leaves import weight_gradients


__all__ = [
    "Backward",
    "Contributions",
    "backward",
    "contributions",
    "weight_gradients",
]
