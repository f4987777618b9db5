"""The largest eigenvalue of the recurrent weights."""

import numpy as np

from gradlab.measures._weights import has_recurrent_weight, per_block
from gradlab.measures.base import Measure


class WeightSpectralRadius(Measure):
    """max |eigenvalue| of each gate's block of W_hh; it does not determine a product.

    NaN where a block is not square (a projected LSTM) or not finite.
    """

    name = "weight_spectral_radius"
    symbol = "rho(W_hh)"
    unit = "number"
    question = "Does the spectral radius of the weights predict the rate?"
    formula = "max |lambda_i(W_hh)|"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block",)
    low_memory = True

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        return per_block(context, _radius)


def _radius(block: np.ndarray) -> np.ndarray:
    if block.shape[-1] != block.shape[-2]:
        return np.full(block.shape[:-2], np.nan)
    return np.abs(np.linalg.eigvals(block)).max(axis=-1)
