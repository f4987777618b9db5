"""Memory in which a product's columns take turns."""

import torch
from torch import Tensor


_ENTRIES, _LONGEST, _SOON = 2**20, 4, 8


class Slots:
    """Slots for columns (N, rows, n), in two banks that take turns.

    The products of a stretch of steps stand one behind the other in one bank, while the
    last one before them is in the other. Stretches are of one step for the first eight,
    then of as many as stay near the processor's cache, four at most: what is computed
    of all of them together saves calls.
    """

    def __init__(self, columns: dict[str, Tensor]) -> None:
        self._like = columns
        entries = sum(column.numel() for column in columns.values())
        self.long = max(1, min(_LONGEST, _ENTRIES // max(1, entries)))
        self.length, self.filled, self.turned = 1, 0, 0
        self._banks: list[dict[str, Tensor]] = []
        self._bank = 0

    def ahead(self) -> dict[str, Tensor]:
        """Return the columns to be written next."""
        if not self._banks:
            self._banks = [
                {
                    name: column.new_empty(self.long, *column.shape)
                    for name, column in self._like.items()
                }
                for _ in range(2)
            ]
            self._like = {}
        bank, place = self._next()
        return {name: whole[place] for name, whole in self._banks[bank].items()}

    def turn(self) -> None:
        """Say that the columns ahead have been written."""
        self._bank, place = self._next()
        if place == 0:
            self.length = self.long if self.turned >= _SOON else 1
        self.filled = place + 1
        self.turned += 1

    @property
    def full(self) -> bool:
        """Whether the stretch is complete."""
        return self.filled == self.length

    def stretch(self) -> dict[str, Tensor]:
        """Return the columns of the stretch so far, (steps * N, rows, n)."""
        bank = self._banks[self._bank]
        return {
            name: whole[: self.filled].flatten(0, 1) for name, whole in bank.items()
        }

    def _next(self) -> tuple[int, int]:
        if self.filled < self.length and self.turned:
            return self._bank, self.filled
        return 1 - self._bank, 0
