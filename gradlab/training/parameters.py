"""The parameters of many networks in one matrix, a row a network."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


LINE = 16
"""Each parameter begins at a multiple of this: 16 floats of 4 bytes, a cache line."""

ROW = 64
"""A row is a multiple of every vector width long."""


class FlatParameters:
    """The parameters of M networks of one shape, and their gradients.

    An optimizer sees one matrix; a product of matrices sees the parameter of its name.
    Rows are whole vectors and parameters whole cache lines, so that a network's bits do
    not depend on where in the matrix it stands.

    Args:
        networks: parameters by name, of each network.

    Attributes:
        flat: (M, P).
        gradient: (M, P).
        values: views of ``flat`` by name, (M, …).
        gradients: views of ``gradient``.
    """

    def __init__(self, networks: Sequence[Mapping[str, Tensor]]) -> None:
        first = networks[0]
        self._shapes = {name: tuple(value.shape) for name, value in first.items()}
        starts, end = {}, 0
        for name, value in first.items():
            starts[name] = end
            end += value.numel() + -value.numel() % LINE
        like = next(iter(first.values()))
        self._starts = starts
        self.flat = like.new_zeros(len(networks), end + -end % ROW)
        self.gradient = torch.zeros_like(self.flat)
        self.values = self.views(self.flat)
        self.gradients = self.views(self.gradient)
        for place, network in enumerate(networks):
            for name, value in network.items():
                self.values[name][place] = value.detach()

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """Return the parameters in a matrix of these rows, (M, …) by name."""
        found = {}
        for name, shape in self._shapes.items():
            start, size = self._starts[name], torch.Size(shape).numel()
            found[name] = flat[:, start : start + size].unflatten(1, shape)
        return found
