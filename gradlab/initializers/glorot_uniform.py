"""Glorot's uniform distribution."""

import numpy as np

from gradlab.initializers.base import Initializer


class GlorotUniform(Initializer):
    """U(-a, a) with a = sqrt(6 / (rows + columns)) of a block (rows, columns)."""

    name = "glorot_uniform"
    formula = "U(-a, a), a = sqrt(6 / (rows + columns))"
    reference = "Glorot & Bengio 2010"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        bound = (6 / (rows + columns)) ** 0.5
        return rng.uniform(-bound, bound, (rows, columns))
