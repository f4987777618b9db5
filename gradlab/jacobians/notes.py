"""Norms noted lag by lag."""

import numpy as np

from gradlab.jacobians.strands import Norms
from gradlab.logscale import log


_TOGETHER = 256


class Notes:
    """Norms by block, noted at one lag after another and kept as logarithms.

    Those of 256 lags are taken at a time: together they cost little, and a long chain's
    notes fill 8 bytes a norm.
    """

    def __init__(self) -> None:
        self.waiting: list[Norms] = []
        self.taken: dict[str, list[np.ndarray]] = {}

    def add(self, norms: Norms) -> None:
        """Note the norms at the next lag; blocks may be missing at the first ones."""
        self.waiting.append(norms)
        if len(self.waiting) == _TOGETHER:
            self._take()

    def add_together(self, norms: Norms) -> None:
        """Note norms (lags, N) at the next lags."""
        self._take()
        for name, norm in norms.items():
            self.taken.setdefault(name, []).append(log(*norm))

    def curves(self) -> dict[str, np.ndarray]:
        """Return the ln norms of each block, (lags it was noted at, N)."""
        self._take()
        return {name: np.concatenate(parts) for name, parts in self.taken.items()}

    def _take(self) -> None:
        names = {name: None for note in self.waiting for name in note}
        for name in names:
            noted = [note[name] for note in self.waiting if name in note]
            logs = log(*map(np.stack, zip(*noted, strict=True)))
            self.taken.setdefault(name, []).append(logs)
        self.waiting = []
