"""The parts of dc_T/dc_t by recurrent passes, added up."""

import numpy as np

from gradlab.jacobians import jacobian_product
from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor, pass_matrices


class PassesGap(Measure):
    """|sum of the parts - block|_F / |block|_F over the whole sequence.

    The parts of dc_T/dc_0 (dh_T/dh_0 of a GRU) with 0 .. T passes through the recurrent
    weights are computed one by one; the block is that of the product of Jacobians.
    """

    symbol = "|sum_k [eps^k] P - P_cc|_F / |P_cc|_F"
    unit = "number"
    question = "Do the parts by recurrent passes add up to the whole?"
    formula = "sum over k = 0 .. T of the part with k passes, less the carry's block"
    reference = "Kanuparthi et al. 2019"

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        trajectory, length = context.trajectory, context.length
        parts = pass_matrices(trajectory, max_passes=length).value().numpy()
        carry = trajectory.cell.state_names[-1]
        matrix, ln_scale = jacobian_product(trajectory, block=carry + carry)
        whole = matrix.values * np.exp(ln_scale.values)[..., None, None]
        gap = parts[: length + 1].sum(axis=0) - whole
        return frobenius(gap) / frobenius(whole)


def frobenius(matrices):
    """Return the Frobenius norms of (..., n, n), summed in one order for any batch."""
    flat = np.ascontiguousarray(matrices).reshape(*matrices.shape[:-2], -1)
    return np.sqrt((flat**2).sum(axis=-1))
