"""The base class of losses: one number per sequence, from its hidden states."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from torch import Tensor

from gradlab.seeding import stream


class Loss(ABC):
    """A scalar of a sequence's hidden states h_1 .. h_T.

    Shapes: …M are the axes of an ensemble's members, if any, and B the sequences.
    ``direction`` is a random unit vector v for each sequence, so that the gradient of
    v . h_T has norm 1 at lag 0.

    >>> import torch
    >>> class Halfway(Loss):
    ...     def __call__(self, hidden, direction):
    ...         return (hidden[len(hidden) // 2] * direction).sum(-1)
    >>> Halfway()(list(torch.ones(8, 2, 3)), torch.ones(2, 3))
    tensor([3., 3.])
    """

    name: ClassVar[str]

    @abstractmethod
    def __call__(self, hidden: Sequence[Tensor], direction: Tensor) -> Tensor:
        """Return the losses (…M, B).

        Args:
            hidden: h_1 .. h_T, each (…M, B, n).
            direction: (…M, B, n), v.
        """


def directions(seed: int, count: int, size: int) -> np.ndarray:
    """Return a random unit vector for each sequence, (count, size) float64."""
    draws = np.stack(
        [stream(seed, "direction", b).standard_normal(size) for b in range(count)]
    )
    return draws / np.linalg.norm(draws, axis=-1, keepdims=True)
