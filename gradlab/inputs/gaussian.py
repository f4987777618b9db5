"""Gaussian noise."""

import math
from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.inputs.base import Input
from gradlab.seeding import stream


@dataclass(frozen=True)
class Gaussian(Input):
    """Independent normal numbers with mean 0 and a given standard deviation."""

    name = "gaussian"
    argument = "standard deviation, 1 by default"

    deviation: float = 1.0

    @classmethod
    def parse(cls, argument: str | None) -> "Gaussian":
        if argument is None:
            return cls()
        try:
            deviation = float(argument)
        except ValueError:
            deviation = math.nan
        if not (deviation >= 0 and math.isfinite(deviation)):
            raise ConfigError(
                got=f"gaussian:{argument}",
                expected="a standard deviation from 0 on",
                try_="gaussian:0.5",
            )
        return cls(deviation)

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        noise = [
            stream(seed, "inputs", b).standard_normal((length, features))
            for b in range(count)
        ]
        return np.stack(noise) * self.deviation
