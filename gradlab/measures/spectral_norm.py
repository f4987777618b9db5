"""Spectral norms of the Jacobian product by lag."""

from gradlab.measures.base import Measure


class SpectralNorm(Measure):
    """ln |J_{T:t}|_2 of each block at the stored lags T - t.

    The largest factor by which a gradient at T can arrive at t. The joint block is that
    of the whole state; it is ln 1 = 0 at lag 0 for every cell.
    """

    name = "spectral_norm"
    symbol = "ln |J_{T:t}|_2"
    unit = "nats"
    question = "How much of a gradient can be left after so many steps?"
    formula = "ln sigma_max(J_T ... J_{t+1})"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block", "lag")
    version = 3
    low_memory = True
    along_training = True

    def compute(self, context):
        return context.norms.ln_spectral_norm
