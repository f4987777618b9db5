"""Orthogonal matrices."""

import numpy as np

from gradlab.initializers.base import Initializer


class Orthogonal(Initializer):
    """A block from the uniform (Haar) distribution of orthogonal matrices.

    Q of the QR decomposition of a Gaussian matrix, with the signs of R's diagonal moved
    into Q (Mezzadri 2007). Every singular value is the gain. A block that is not square
    has orthonormal rows or columns.
    """

    name = "orthogonal"
    formula = "Q of a Gaussian matrix"
    reference = "Saxe et al. 2014"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        draw = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(draw)
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
        return q if rows >= columns else q.T
