"""Glorot's normal distribution."""

import numpy as np

from gradlab.initializers.base import Initializer


class GlorotNormal(Initializer):
    """N(0, 2 / (rows + columns)) of a block (rows, columns)."""

    name = "glorot_normal"
    formula = "N(0, 2 / (rows + columns))"
    reference = "Glorot & Bengio 2010"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal((rows, columns)) * (2 / (rows + columns)) ** 0.5
