"""Which products may have lost an entry to underflow."""

# What a product is good for, and how it is known.
#
# A row holds mantissas m times 2^e. Terms m_j J_jk must not underflow: an entry that is
# flushed to zero is lost even if it would have led later, as in a triangular or nearly
# diagonal recurrence. With |P_i| the norm of a row, float32, and every row kept above
# 2^-30, a sequence `may_underflow`, and its numbers have to be computed over a wider
# range (gradlab.jacobians.wider_range), if after any step
#
#     (a) a nonzero entry is below 2^-45 |P_i|, or
#     (b) a nonzero |J_jk| is below 2^-45, and an entry of P is zero or a row fell to
#         less than 2^-15 of its norm.
#
# Otherwise nothing that matters was flushed. All m are zero or, by (a), above 2^-75.
# Where all |J| are above 2^-45, all terms are above 2^-120, a normal float. Where one
# is not, all entries of the new P are, by (b) and (a), above 2^-30 2^-15 2^-45 = 2^-90,
# and n terms flushed at 2^-126 change them by less than n 2^-36 of themselves. (Dense
# products have no zeros, so that their J are not looked at.)
#
# Neither depends on the exponents e, i.e. on when a row was rescaled: that may be
# decided by other members, which share the spans. Dense products fail by cancellation
# only, about once in 10^13 entries. In float64 2^-45 is 2^-400.

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import threshold

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.products import Products
from gradlab.numerics.logscale import exponents_np


_SMALLEST = {torch.float32: 2.0**-45, torch.float64: 2.0**-400}
_FALL = 15


def find_underflow(
    span: JacobianSpan, before: np.ndarray, after: Products, scratch: Tensor
) -> np.ndarray:
    """Return which sequences' products may underflow in a span, (N) bool.

    Args:
        span: the steps.
        before: the exponents of the products' rows before them, (N, rows).
        after: the products after each of them.
        scratch: memory as large as the largest column of ``after``, overwritten.
    """
    limit = _SMALLEST[scratch.dtype]
    least = limit * after.row_norms
    least[~np.isfinite(least)] = 0.0
    found = np.zeros(least.shape[1], dtype=bool)
    zero = np.zeros(least.shape[:2], dtype=bool)
    for name, width in zip(after.layout.names, after.layout.widths, strict=True):
        used = after.columns[name][..., :width]
        size = torch.abs(used, out=scratch[: used.numel()].view(used.shape))
        smallest = size.flatten(2).amin(-1).cpu().numpy()
        zero |= smallest == 0
        # Few matrices have entries as small as this, or zeros.
        near = ~(smallest >= least.max(-1))
        if near.any():
            subset = size[torch.from_numpy(near).to(size.device)]
            nonzero = threshold(subset, 0.0, torch.inf).amin(-1).cpu().numpy()
            below = (nonzero < least[near]).any(-1)
            found[np.nonzero(near)[1][below]] = True
    if after.detour_diagonal is not None:
        own_rows = after.row_layout.slice_of(after.layout.names[-1])
        detour = np.abs(after.detour_diagonal.cpu().numpy())
        found |= ((detour != 0) & (detour < least[:, :, own_rows])).any((0, -1))
    later = after.exponent + exponents_np(after.row_norms)
    fall = np.concatenate([before[None], later[:-1]]) - later
    doubtful = zero | (fall > _FALL).any(-1)
    if doubtful.any():
        found |= (doubtful & (span.smallest < limit)).any(0)
    return found
