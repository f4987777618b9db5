"""Curves of norms by block, recorded lag by lag."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from gradlab.numerics.logscale import ln_scaled
from gradlab.numerics.spectral_norm import Squared, roots, squared


# Small matrices cost calls more than arithmetic: their spectral norms are computed
# together once 2^21 entries of Gram matrices (8 MiB in float32) have come together.
_ENTRIES = 2**21


class NormRecorder:
    """Natural logs of norms by block, one array of lags after another.

    Attributes:
        frobenius, spectral: by block, arrays (lags, N) in the order they came in.
    """

    def __init__(self) -> None:
        self.frobenius: dict[str, list[np.ndarray]] = {}
        self.spectral: dict[str, list[np.ndarray]] = {}
        self._waiting: dict[int, list[tuple[list[str], Squared, np.ndarray]]] = {}
        self._entries = 0

    def add_frobenius(self, name: str, norm: np.ndarray, exponent: np.ndarray) -> None:
        """Record norms 2^exponent * norm, (lags, N) each, of the next lags."""
        self.frobenius.setdefault(name, []).append(ln_scaled(norm, exponent))

    def add_spectral(self, name: str, norm: np.ndarray, exponent: np.ndarray) -> None:
        """Record norms 2^exponent * norm, (lags, N) each, of the next lags."""
        self.spectral.setdefault(name, []).append(ln_scaled(norm, exponent))

    def add_matrices(self, matrices: Mapping[str, tuple[Tensor, np.ndarray]]) -> None:
        """Record the spectral norms of matrices at the next lag, by block.

        Args:
            matrices: (N, rows, columns) and their exponents (N); the same object under
                several names is computed once.
        """
        same: dict[int, list[str]] = {}
        for name, (matrix, _) in matrices.items():
            same.setdefault(id(matrix), []).append(name)
        for names in same.values():
            matrix, exponent = matrices[names[0]]
            square = squared(matrix)
            size = square.gram.shape[-1]
            self._waiting.setdefault(size, []).append((names, square, exponent))
            self._entries += square.gram.numel()
        if self._entries >= _ENTRIES:
            self.compute()

    def curves(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the Frobenius and the spectral curves by block, (lags, N) each."""
        self.compute()
        frobenius, spectral = (
            {name: np.concatenate(parts) for name, parts in kind.items()}
            for kind in (self.frobenius, self.spectral)
        )
        return frobenius, spectral

    def compute(self) -> None:
        """Compute the spectral norms of the matrices that wait."""
        for waiting in self._waiting.values():
            norms = roots([square for _, square, _ in waiting])
            for (names, _, exponent), norm in zip(waiting, norms, strict=True):
                for name in names:
                    self.add_spectral(name, norm.cpu().numpy()[None], exponent[None])
        self._waiting, self._entries = {}, 0
