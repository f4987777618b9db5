"""Where the states stand in a product, and how wide they are held."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.numerics.batch_invariant import ALIGNMENT


@dataclass(frozen=True)
class Layout:
    """Which rows of a product belong to which state.

    Widths are held as multiples of 16, filled up with zeros: every matrix of a batch
    then starts at a whole cache line, and matrix kernels, which choose their code by
    alignment, treat all alike. Zeros change no norm.

    Attributes:
        names: of the states.
        widths: as they are.
    """

    names: tuple[str, ...]
    widths: tuple[int, ...]

    @classmethod
    def of(cls, cell: Cell) -> "Layout":
        """Return the layout of a cell's states."""
        return cls(cell.state_names, cell.state_sizes)

    def part(self, names: tuple[str, ...]) -> "Layout":
        """Return the layout of some of the states."""
        widths = dict(zip(self.names, self.widths, strict=True))
        return Layout(names, tuple(widths[name] for name in names))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths as they are held."""
        return tuple(width + -width % ALIGNMENT for width in self.widths)

    @property
    def size(self) -> int:
        """The width of the whole state as it is held."""
        return sum(self.sizes)

    @property
    def width(self) -> int:
        """The width of the whole state as it is."""
        return sum(self.widths)

    def rows(self, name: str) -> slice:
        """Return the rows of a state."""
        k = self.names.index(name)
        start = sum(self.sizes[:k])
        return slice(start, start + self.sizes[k])

    def identity(self, like: Tensor) -> Tensor:
        """Return 1 on the states' diagonal and 0 where they were filled up."""
        ones = [
            torch.arange(size, device=like.device) < width
            for size, width in zip(self.sizes, self.widths, strict=True)
        ]
        return torch.diag(torch.cat(ones).to(like.dtype))

    def plain(self, matrices: Tensor) -> Tensor:
        """Return matrices (…, size, size) without the rows and columns filled up."""
        used = self.identity(matrices).diagonal().nonzero().squeeze(-1)
        return matrices[..., used, :][..., used]
