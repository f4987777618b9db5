"""How much one step can stretch."""

from dataclasses import dataclass

from gradlab.jacobians import step_norms
from gradlab.measures._flow import sequence_first
from gradlab.measures.base import Measure, Reading


@dataclass(frozen=True)
class StepSpectralNorm(Measure):
    """ln |J_t|_2 at every step: how much one step can stretch, not what a product does.

    The product's rate never exceeds the mean of these, and is usually far below.
    """

    name = "step_spectral_norm"
    symbol = "ln |J_t|_2"
    unit = "nats"
    question = "How much can one step stretch a gradient?"
    formula = "ln sigma_max(J_t)"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block", "step")
    version = 3
    costly = True

    def compute(self, flow):
        norms = sequence_first(step_norms(flow.trajectory))
        coords = {"block": ("joint",), "step": tuple(range(1, flow.length + 1))}
        return Reading(coords, norms[..., None, :])
