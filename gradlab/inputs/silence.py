"""No input at all."""

from dataclasses import dataclass

import numpy as np

from gradlab.inputs.base import Input


@dataclass(frozen=True)
class Silence(Input):
    """Zeros; starts from a Gaussian state (at the origin a network says nothing)."""

    name = "silence"
    initial = "gaussian"

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        return np.zeros((count, length, features))
