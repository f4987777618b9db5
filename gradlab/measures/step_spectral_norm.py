"""Spectral norm of every step's Jacobian."""

from gradlab.jacobians import step_norms
from gradlab.measures.base import Measure


class StepSpectralNorm(Measure):
    """ln |J_t|_2 at every step: the largest factor of one step, not of a product.

    The product's rate never exceeds the mean of these and is usually far below it.
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
    low_memory = True

    def compute(self, context):
        norms = step_norms(context.trajectory)
        steps = range(1, context.length + 1)
        return context.labelled(norms[None], block=("joint",), step=steps)
