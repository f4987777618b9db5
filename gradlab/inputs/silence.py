"""Zero inputs."""

from dataclasses import dataclass

import numpy as np

from gradlab.inputs.base import Input


@dataclass(frozen=True)
class Silence(Input):
    """Zeros, from a Gaussian initial state: many cells never leave the origin."""

    name = "silence"
    initial = "gaussian"

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        return np.zeros((count, length, features))
