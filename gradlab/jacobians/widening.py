"""Products that leave a format's range, computed again in a wider form."""

from collections.abc import Callable

import numpy as np
import torch

from gradlab.jacobians.entry_product import EntryProduct
from gradlab.jacobians.product import Product
from gradlab.jacobians.step_jacobian import StepJacobians


Form = type[Product] | type[EntryProduct]
Results = dict[str, np.ndarray]
Attempt = Callable[[StepJacobians, Form], tuple[Results, np.ndarray]]


def compute_widening(
    jacobians: StepJacobians, sequences: int, attempt: Attempt
) -> Results:
    """Return what ``attempt`` gives, from a wider form of product where it needs one.

    First from products with an exponent a row, in the dtype of the Jacobians. Points
    with a sequence that may underflow are computed again from the same J_t: float32
    ones in float64, and those that may underflow there, too, with an exponent an entry.
    A point's bits do not depend on which others are computed again.

    Args:
        jacobians: of N = points * sequences sequences.
        sequences: of each point.
        attempt: called with the Jacobians of some points and a class of product;
            returns arrays with the points along the first axis, and which of the
            sequences may underflow (:class:`gradlab.jacobians.product.Product`).
    """
    found, may_underflow = attempt(jacobians, Product)
    points = np.flatnonzero(_any(may_underflow, sequences))
    wide = jacobians.like.dtype == torch.float64
    for form in (EntryProduct,) if wide else (Product, EntryProduct):
        if not len(points):
            break
        places = (points[:, None] * sequences + np.arange(sequences)).ravel()
        some, may_underflow = attempt(jacobians.pick(places, cast=True), form)
        for name, values in some.items():
            found[name][points] = values
        points = points[_any(may_underflow, sequences)]
    return found


def _any(may_underflow: np.ndarray, sequences: int) -> np.ndarray:
    return np.asarray(may_underflow.reshape(-1, sequences).any(-1))
