"""What a recurrent module reads and gives, in one layout: time first, with a batch."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from gradlab.modules.call import Packing


@dataclass(frozen=True)
class Layout:
    """How one call's tensors are laid out.

    Attributes:
        cell: one step a call.
        unbatched: without an axis of sequences.
        batch_first: (B, T, n) in place of (T, B, n).
        packing: of a packed batch.
        sequences: how many of a padded batch are read; all if None.
    """

    cell: bool
    unbatched: bool
    batch_first: bool
    packing: Packing | None
    sequences: int | None

    @classmethod
    def of(cls, module: nn.Module, given: Any, sequences: int | None) -> "Layout":
        """Return the layout of what a module is given."""
        cell = isinstance(module, nn.RNNCellBase)
        if isinstance(given, PackedSequence):
            packing = Packing(
                given.batch_sizes, given.sorted_indices, given.unsorted_indices
            )
            return cls(cell, False, False, packing, None)
        unbatched = given.dim() == (1 if cell else 2)
        batch_first = bool(getattr(module, "batch_first", False)) and not unbatched
        return cls(cell, unbatched, batch_first, None, sequences)

    def steps(self, values: Tensor) -> Tensor:
        """Return inputs or outputs as (T, B, n); packed data as they are."""
        if self.packing:
            return values
        if self.unbatched:
            values = values.unsqueeze(-2)
        if self.cell:
            values = values.unsqueeze(0)
        if self.batch_first:
            values = values.transpose(0, 1)
        return values[:, : self.sequences]

    def state(self, values: Tensor) -> Tensor:
        """Return a state as (layers x directions, B, n)."""
        if self.unbatched:
            values = values.unsqueeze(-2)
        if self.cell:
            values = values.unsqueeze(0)
        return values[:, : self.sequences]

    def batch(self, given: Tensor) -> int:
        """Return how many sequences there are in the inputs."""
        if self.packing:
            return int(self.packing.batch_sizes[0])
        if self.unbatched:
            return 1
        return given.shape[0 if self.cell or self.batch_first else 1]
