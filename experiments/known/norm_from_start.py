"""Norm of the product from the first step on."""

import numpy as np

from gradlab.jacobians import jacobian_product
from gradlab.measures.base import Measure


class NormFromStart(Measure):
    """ln |J_t ... J_1|_F at t = 1, 2, 4, .. and T: what is left of s_0 at step t.

    Other measures by lag look back from T; where steps late in a run keep more than
    early ones the two differ.
    """

    symbol = "ln |J_{t:0}|_F"
    unit = "nats"
    question = "How much is left at step t of what came in at the start?"
    formula = "ln |J_t ... J_1|_F"
    reference = "derived"
    axes = ("step",)
    costly = True

    def compute(self, context):
        trajectory, length = context.trajectory, context.length
        ends = sorted({2**k for k in range(length.bit_length())} | {length})
        product, ln_scale, found = None, 0.0, []
        for earlier, later in zip([0, *ends], ends, strict=False):
            part, scale = jacobian_product(trajectory, earlier, later)
            product = part.values if product is None else multiply(part.values, product)
            size = np.abs(product).max(axis=(-2, -1))
            with np.errstate(divide="ignore", invalid="ignore"):
                ln_scale = ln_scale + scale.values + np.log(size)
                product = product / size[..., None, None]
                found.append(ln_scale + np.log(frobenius(product)))
        return context.labelled(np.stack(found), step=ends)


def multiply(left, right):
    """Return left @ right of matrices (…, n, n), summed over a contiguous axis."""
    pairs = left[..., :, None, :] * np.swapaxes(right, -1, -2)[..., None, :, :]
    return np.ascontiguousarray(pairs).sum(axis=-1)


def frobenius(matrices):
    """Return the Frobenius norm of matrices (…, n, n)."""
    squares = np.square(np.ascontiguousarray(matrices))
    return np.sqrt(squares.sum(axis=-1).sum(axis=-1))
