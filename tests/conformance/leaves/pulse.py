"""An input in a file of its own."""

from dataclasses import dataclass

import numpy as np

from gradlab.inputs.base import Input
from gradlab.seeding import stream


@dataclass(frozen=True)
class Pulse(Input):
    """One random vector at the first step, then nothing."""

    def sequences(self, seed, count, length, features):
        drawn = np.zeros((count, length, features))
        for b in range(count):
            drawn[b, 0] = stream(seed, "pulse", b).standard_normal(features)
        return drawn
