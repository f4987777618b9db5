"""Norms noted lag by lag."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from gradlab.numerics.logscale import log
from gradlab.numerics.spectral_norm import Squared, roots, squared


Norms = dict[str, tuple[np.ndarray, np.ndarray]]
"""By block: mantissas (N) float64, and the powers of two taken out of them (N)."""

Matrices = Mapping[str, tuple[Tensor, np.ndarray]]
"""By block: mantissas (N, rows, columns), and the powers of two taken out (N)."""

_TOGETHER = 256
_ENTRIES = 2**21


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


class SpectralNotes(Notes):
    """Spectral norms of matrices met at one lag after another.

    Small matrices wait for each other: their norms cost calls more than arithmetic.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unknown: dict[int, list[tuple[list[str], Squared, np.ndarray]]] = {}
        self.entries = 0

    def add_matrices(self, matrices: Matrices) -> None:
        """Note the norms of the matrices at the next lag; all may wait, by block."""
        same: dict[int, list[str]] = {}
        for name, (mantissas, _) in matrices.items():
            same.setdefault(id(mantissas), []).append(name)
        for names in same.values():
            mantissas, exponent = matrices[names[0]]
            square = squared(mantissas)
            size = square.gram.shape[-1]
            self.unknown.setdefault(size, []).append((names, square, exponent))
            self.entries += square.gram.numel()
        if self.entries >= _ENTRIES:
            self._find()

    def _take(self) -> None:
        super()._take()
        self._find()

    def _find(self) -> None:
        for waiting in self.unknown.values():
            norms = roots([square for _, square, _ in waiting])
            for (names, _, exponent), norm in zip(waiting, norms, strict=True):
                logs = log(norm.cpu().numpy(), exponent)[None]
                for name in names:
                    self.taken.setdefault(name, []).append(logs)
        self.unknown, self.entries = {}, 0
