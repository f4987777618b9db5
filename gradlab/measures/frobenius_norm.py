"""Frobenius norms of the Jacobian product by lag."""

from gradlab.measures.base import Measure, Reading, stack_blocks


class FrobeniusNorm(Measure):
    """ln |J_{T:t}|_F of each block at every lag 0 .. T.

    The root of the sum of squared singular values: all directions together.
    """

    name = "frobenius_norm"
    symbol = "ln |J_{T:t}|_F"
    unit = "nats"
    question = "How much of all directions together is left after so many steps?"
    formula = "1/2 ln sum sigma_i(J_T ... J_{t+1})^2"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block", "lag")
    low_memory = True

    def compute(self, context):
        norms = context.norms
        coords = {"block": norms.blocks, "lag": tuple(range(context.length + 1))}
        return Reading(coords, stack_blocks(norms.frobenius, norms.blocks))
