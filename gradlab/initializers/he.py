"""He's normal distribution."""

import numpy as np

from gradlab.initializers.base import Initializer


class He(Initializer):
    """N(0, 2 / columns): spectral radius near 1.41, for relu."""

    name = "he"
    formula = "N(0, 2 / columns)"
    reference = "He et al. 2015"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        return rng.standard_normal((rows, columns)) * (2 / columns) ** 0.5
