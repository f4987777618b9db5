"""Orthogonal matrices."""

import numpy as np

from gradlab.initializers.base import Initializer


class Orthogonal(Initializer):
    """A uniformly drawn orthogonal block; every singular value is the gain.

    From the QR factors of a Gaussian matrix, the signs of R's diagonal moved into Q.
    A block that is not square has orthonormal rows or columns.
    """

    name = "orthogonal"
    formula = "Q of a Gaussian matrix"
    reference = "Saxe et al. 2014"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        draw = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(draw)
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return q if rows >= columns else q.T
