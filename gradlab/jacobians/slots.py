"""Memory in which a product's columns take turns."""

from torch import Tensor


_LONGEST = 8
_ENTRIES, _ENTRIES_ON_GPU = 2**21, 2**28
"""Of a stretch's products: they stay near the cache; 1 GB, for few and large calls."""


class Slots:
    """Slots for columns (N, rows, n), in two banks that take turns.

    The products of a stretch of steps are written one behind the other into one bank;
    the last one before them stands in the other.
    """

    def __init__(self, columns: dict[str, Tensor]) -> None:
        self._shapes = {name: column.shape for name, column in columns.items()}
        self._like = next(iter(columns.values()))[:0]
        self._banks: list[dict[str, Tensor]] = [{}, {}]
        self._held = [0, 0]
        self._bank = 0
        entries = sum(column.numel() for column in columns.values())
        most = _ENTRIES if self._like.is_cpu else _ENTRIES_ON_GPU
        self.longest = _LONGEST
        """How many steps make a stretch: 8, 4, 2 or 1."""
        while self.longest > 1 and self.longest * entries > most:
            self.longest //= 2

    def turned(self, steps: int) -> dict[str, Tensor]:
        """Return the other bank's columns, (steps, N, rows, n)."""
        self._bank = 1 - self._bank
        if self._held[self._bank] < steps:
            self._banks[self._bank] = {
                name: self._like.new_empty(steps, *shape)
                for name, shape in self._shapes.items()
            }
            self._held[self._bank] = steps
        bank = self._banks[self._bank]
        return {name: whole[:steps] for name, whole in bank.items()}
