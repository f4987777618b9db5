"""The largest singular value of the recurrent weights."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._weights import has_recurrent_weight, recurrent_blocks
from gradlab.measures.base import Measure, Reading


@dataclass(frozen=True)
class WeightSpectralNorm(Measure):
    """Largest singular value of each gate's block of W_hh; not a logarithm.

    Below 1 / sup|phi'| it is sufficient for vanishing in a plain RNN; above, it decides
    nothing.
    """

    name = "weight_spectral_norm"
    symbol = "|W_hh|_2"
    unit = "number"
    question = "Does the largest singular value of the weights predict the rate?"
    formula = "sigma_max(W_hh)"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block",)

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, flow):
        blocks = recurrent_blocks(flow.cell)
        norms = np.stack([_norm(block) for block in blocks.values()], axis=-1)
        return Reading({"block": tuple(blocks)}, norms, per_sequence=False)


def _norm(block: np.ndarray) -> np.ndarray:
    finite = np.isfinite(block).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], block, 0.0)
    norm = np.linalg.svd(safe, compute_uv=False)[..., 0]
    return np.where(finite, norm, np.nan)
