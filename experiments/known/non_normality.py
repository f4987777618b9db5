"""How far a Jacobian is from normal, and the transient growth of the product."""

import numpy as np

from gradlab.jacobians import jacobian_product
from gradlab.measures.base import Measure


class NonNormality(Measure):
    """Henrici number of J_T, and the largest norm of the product with its lag.

    The Henrici number is sqrt(|J|_F^2 - sum |eigenvalue|^2), 0 for a normal matrix. The
    peak is the largest of ln |J_{T:T-k}|_F over all lags k; ``peak_lag`` is where.
    """

    symbol = "d_F(J_T)"
    unit = "number"
    question = "How much can a product grow before it shrinks?"
    formula = "sqrt(|J_T|_F^2 - sum |lambda_i|^2)"
    reference = "Henrici 1962; Trefethen & Embree 2005"
    outputs = ("henrici_number", "peak_lag", "peak_norm")

    def compute(self, context):
        trajectory = context.trajectory
        matrix, ln_scale = jacobian_product(trajectory, trajectory.length - 1)
        last = np.exp(ln_scale.values)[..., None, None] * matrix.values
        curves = context.norms.ln_frobenius_norm_every_lag.at(block="joint")
        return {
            "henrici_number": departure(last),
            "peak_lag": curves.argmax(axis=0).astype(float),
            "peak_norm": context.labelled(curves.max(axis=0), unit="nats"),
        }


def departure(matrices):
    """Return the Henrici number of each matrix (…, n, n)."""
    square = np.square(np.ascontiguousarray(matrices))
    whole = square.sum(axis=-1).sum(axis=-1)
    spread = np.square(np.abs(np.linalg.eigvals(matrices))).sum(axis=-1)
    return np.sqrt(np.maximum(whole - spread, 0.0))
