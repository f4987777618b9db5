"""The largest eigenvalue of the recurrent weights."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._weights import has_recurrent_weight, recurrent_blocks
from gradlab.measures.base import Measure, Reading


@dataclass(frozen=True)
class WeightSpectralRadius(Measure):
    """max |eigenvalue| of each gate's block of W_hh; predicts no product by itself.

    NaN where a block is not square (a projected LSTM) or not finite.
    """

    name = "weight_spectral_radius"
    symbol = "rho(W_hh)"
    unit = "number"
    question = "Does the spectral radius of the weights predict the rate?"
    formula = "max |lambda_i(W_hh)|"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block",)

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, flow):
        blocks = recurrent_blocks(flow.cell)
        radii = np.stack([_radius(block) for block in blocks.values()], axis=-1)
        return Reading({"block": tuple(blocks)}, radii, per_sequence=False)


def _radius(block: np.ndarray) -> np.ndarray:
    if block.shape[-1] != block.shape[-2]:
        return np.full(block.shape[:-2], np.nan)
    finite = np.isfinite(block).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], block, 0.0)
    radius = np.abs(np.linalg.eigvals(safe)).max(axis=-1)
    return np.where(finite, radius, np.nan)
