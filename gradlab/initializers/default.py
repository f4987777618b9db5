"""PyTorch's default distribution."""

import numpy as np

from gradlab.initializers.base import Initializer


class Default(Initializer):
    """U(-1/sqrt H, 1/sqrt H), PyTorch's default: spectral radius near 0.58."""

    name = "default"
    formula = "U(-1/sqrt H, 1/sqrt H)"
    reference = "PyTorch, torch.nn.RNN"

    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        bound = rows**-0.5
        return rng.uniform(-bound, bound, (rows, columns))
