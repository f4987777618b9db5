"""The base class of initializers: draw one gate block of weight_hh."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np


class Initializer(ABC):
    """A distribution of gate blocks of ``weight_hh``.

    ``weight_hh`` has its gate blocks one below the other. Each is drawn by itself: an
    orthogonal (4H, H) matrix is not four orthogonal blocks.

    Class attributes:
        gain_is_radius: whether the gain that multiplies the block is its spectral
            radius.
        formula, reference: one line each, for tables and reports.

    >>> from gradlab import build, initialize_
    >>> class Half(Initializer):
    ...     def block(self, rows, columns, rng):
    ...         return 0.5 * np.eye(rows, columns)
    >>> initialize_(build("rnn", 1, 2), Half(), seed=0).weight_hh.tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """

    name: ClassVar[str]
    gain_is_radius: ClassVar[bool] = False
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""

    @abstractmethod
    def block(self, rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
        """Draw one block, float64 (rows, columns), from no other source than ``rng``.

        ``rows`` is the hidden size; ``columns`` too, or the width of a projection.
        """
