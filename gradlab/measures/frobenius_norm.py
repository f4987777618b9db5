"""Frobenius norms of the Jacobian product by lag."""

from gradlab.measures.base import Measure


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
        return context.norms.ln_frobenius_norm_every_lag
