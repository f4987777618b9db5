"""The largest singular value of the recurrent weights."""

import numpy as np

from gradlab.measures._weights import has_recurrent_weight, per_block
from gradlab.measures.base import Measure


class WeightSpectralNorm(Measure):
    """Largest singular value of each gate's block of W_hh; not a logarithm.

    Below 1 / sup|phi'| gradients of a plain RNN must vanish; above, they need not grow.
    """

    name = "weight_spectral_norm"
    symbol = "|W_hh|_2"
    unit = "number"
    question = "Does the largest singular value of the weights predict the rate?"
    formula = "sigma_max(W_hh)"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block",)
    low_memory = True

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        return per_block(context, _norm)


def _norm(block: np.ndarray) -> np.ndarray:
    return np.linalg.svd(block, compute_uv=False)[..., 0]
