"""Memory in which a product's columns take turns."""

from gradlab.jacobians.times import Columns


_LONGEST = 8
_ENTRIES, _ENTRIES_ON_GPU = 2**21, 2**28
"""Of a stretch's products: they stay near the cache; 1 GB, for few and large calls."""


class Slots:
    """Slots for columns (N, rows, n), in banks.

    The products of a stretch of steps are written one behind the other into one bank.
    Where a bank holds eight of them, stretches have but one, which stays in the cache:
    the last product is then kept apart (:meth:`kept`), in one of two banks for single
    products. Else two banks take turns, and the last product stays where it is while
    the next ones are written.

    Attributes:
        longest: how many steps make a stretch: 8, 4, 2 or 1.
        alone: whether stretches have one bank.
    """

    def __init__(self, columns: Columns) -> None:
        self._shapes = {name: column.shape for name, column in columns.items()}
        self._like = next(iter(columns.values()))[:0]
        self._banks: dict[int, Columns] = {}
        self._turn = 0
        entries = sum(column.numel() for column in columns.values())
        most = _ENTRIES if self._like.is_cpu else _ENTRIES_ON_GPU
        self.longest = _LONGEST
        while self.longest > 1 and self.longest * entries > most:
            self.longest //= 2
        self.alone = self.longest == _LONGEST

    def turned(self, steps: int) -> Columns:
        """Return the next bank's columns, (steps, N, rows, n)."""
        if self.alone and steps > 1:
            return self._of(2, steps)
        self._turn = 1 - self._turn
        return self._of(self._turn, steps)

    def kept(self, columns: Columns) -> Columns:
        """Return a copy (N, rows, n) that the next stretch does not touch."""
        if not self.alone:
            return {name: column.clone() for name, column in columns.items()}
        into = {name: bank[0] for name, bank in self.turned(1).items()}
        return {name: into[name].copy_(column) for name, column in columns.items()}

    def _of(self, number: int, steps: int) -> Columns:
        bank = self._banks.get(number)
        if bank is None or len(next(iter(bank.values()))) < steps:
            bank = {
                name: self._like.new_empty(steps, *shape)
                for name, shape in self._shapes.items()
            }
            self._banks[number] = bank
        return {name: whole[:steps] for name, whole in bank.items()}
