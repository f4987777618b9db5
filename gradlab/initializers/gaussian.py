"""Gaussian entries."""

import numpy as np

from gradlab.initializers.base import Initializer


class Gaussian(Initializer):
    """N(0, 1 / columns): spectral radius near 1 (Ginibre)."""

    name = "gaussian"
    formula = "N(0, 1 / columns)"
    reference = "Sompolinsky et al. 1988"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal((rows, columns)) * columns**-0.5
