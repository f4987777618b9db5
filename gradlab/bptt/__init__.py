"""One ``loss.backward()``: dL/dh_t, dL/dc_t and each step's contribution to dL/dW."""

from gradlab.bptt.backward import (
    Backward,
    GradientFactors,
    as_direction,
    as_loss,
    backward,
)
from gradlab.bptt.contributions import Contributions, contributions
from gradlab.bptt.step_gradients import StepGradients
from gradlab.bptt.weight_gradient import (
    WeightContributions,
    truncation_bias,
    weight_contributions,
)


__all__ = [
    "Backward",
    "Contributions",
    "GradientFactors",
    "StepGradients",
    "WeightContributions",
    "as_direction",
    "as_loss",
    "backward",
    "contributions",
    "truncation_bias",
    "weight_contributions",
]
