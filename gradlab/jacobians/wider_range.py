"""Compute again, over a wider range of exponents, what may have underflowed."""

from collections.abc import Callable

import numpy as np
import torch

from gradlab.jacobians.entry_product import EntryProduct
from gradlab.jacobians.product import Product
from gradlab.jacobians.step_jacobian import StepJacobians


ProductClass = type[Product] | type[EntryProduct]
Results = dict[str, np.ndarray]
Compute = Callable[[StepJacobians, ProductClass], tuple[Results, np.ndarray]]


def compute_in_wider_range(
    jacobians: StepJacobians, sequences: int, compute: Compute
) -> Results:
    """Return the results of ``compute``, again in a wider range where it is needed.

    First from products with an exponent a row, in the dtype of the Jacobians. Points
    with a sequence that may underflow are computed again from the same J_t: float32
    ones in float64, and those that may underflow there, too, with an exponent an entry.
    A point's bits do not depend on which others are computed again.

    Args:
        jacobians: of N = points * sequences sequences.
        sequences: of each point.
        compute: called with the Jacobians of some points and a class of product;
            returns arrays with the points along the first axis, and which of the
            sequences may underflow (:class:`gradlab.jacobians.product.Product`).
    """
    results, may_underflow = compute(jacobians, Product)
    points = np.flatnonzero(_any(may_underflow, sequences))
    is_double = jacobians.like.dtype == torch.float64
    for product_class in (EntryProduct,) if is_double else (Product, EntryProduct):
        if not len(points):
            break
        index = (points[:, None] * sequences + np.arange(sequences)).ravel()
        subset = jacobians.pick(index, cast=True)
        again, may_underflow = compute(subset, product_class)
        for name, values in again.items():
            results[name][points] = values
        points = points[_any(may_underflow, sequences)]
    return results


def _any(may_underflow: np.ndarray, sequences: int) -> np.ndarray:
    return np.asarray(may_underflow.reshape(-1, sequences).any(-1))
