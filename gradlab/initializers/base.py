"""What an initializer is: it draws one gate block of weight_hh."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np


class Initializer(ABC):
    """Draws blocks of recurrent weights.

    ``weight_hh`` is a stack of gate blocks, and a property such as orthogonality
    belongs to each of them: an orthogonal 4H x H stack is not four orthogonal matrices.

    Class attributes:
        gain_is_radius: whether the gain that multiplies the block is its spectral
            radius.
        formula, reference: for people.
    """

    name: ClassVar[str]
    gain_is_radius: ClassVar[bool] = False
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""

    @abstractmethod
    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        """Draw one block, float64 of shape (rows, columns), from ``rng`` alone.

        ``rows`` is the hidden size; ``columns`` too, or the width of a projection.
        """
