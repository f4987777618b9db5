"""One number at every step."""

from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.inputs.base import Input


@dataclass(frozen=True)
class Constant(Input):
    """The same number in every feature at every step, from a state of zeros."""

    argument = "NUMBER, the number"

    number: float = 1.0

    @classmethod
    def parse(cls, argument):
        try:
            return cls(float(argument or "1"))
        except ValueError as error:
            raise ConfigError(
                got=f"constant:{argument}", expected="a number", try_="constant:10"
            ) from error

    def sequences(self, seed, count, length, features):
        return np.full((count, length, features), self.number)
