"""The identity matrix."""

import numpy as np

from gradlab.initializers.base import Initializer


class Identity(Initializer):
    """The identity matrix times the gain, as in the IRNN."""

    name = "identity"
    formula = "I"
    reference = "Le et al. 2015"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        return np.eye(rows, columns)
