"""Horizon of the gradient."""

from gradlab.measures.base import Measure


class Horizon(Measure):
    """First lag at which less than 1/1000 of the gradient is left.

    Of the whole state's spectral norm, geometric mean over the point's sequences,
    exact to the step. inf where it is not reached within T; never extrapolated.
    """

    name = "horizon"
    symbol = "tau_{1/1000}"
    unit = "steps"
    question = "How far back does the gradient reach?"
    formula = "min {T - t : mean ln |J_{T:t}|_2 < ln 1/1000}"
    reference = "first crossing, not fitted and not extrapolated"
    low_memory = True
    along_training = True

    def compute(self, context):
        return context.labelled(context.norms.horizon, by_sequence=False)
