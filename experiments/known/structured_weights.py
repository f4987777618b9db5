"""Recurrent weights of a given structure, each drawn or written at gain 1."""

import numpy as np

from gradlab.initializers.base import Initializer


class Chain(Initializer):
    """Unit i reads unit i - 1: a delay line, nilpotent."""

    formula = "W_ij = 1 where j = i - 1"
    reference = "Ganguli, Huh & Sompolinsky 2008"

    def block(self, rows, columns, rng):
        return np.eye(rows, columns, k=-1)


class JordanBlock(Initializer):
    """One eigenvalue, 1, with a single eigenvector; the gain is the eigenvalue."""

    formula = "W_ij = 1 where j = i or j = i + 1"
    reference = "Trefethen & Embree 2005"

    def block(self, rows, columns, rng):
        return np.eye(rows, columns) + np.eye(rows, columns, k=1)


class Symmetric(Initializer):
    """A random symmetric matrix with the spectral radius 1."""

    formula = "(A + A^T) / rho(A + A^T), A Gaussian"
    reference = "Ganguli, Huh & Sompolinsky 2008"

    def block(self, rows, columns, rng):
        size = max(rows, columns)
        drawn = rng.standard_normal((size, size))
        whole = (drawn + drawn.T) / np.abs(np.linalg.eigvalsh(drawn + drawn.T)).max()
        return whole[:rows, :columns]


class OpposedHalves(Initializer):
    """[[A, -A], [A, -A]] with A Gaussian: its square is 0, and so is each eigenvalue.

    Every unit reads the difference of the two halves. Of an odd size the last unit is
    given zeros.
    """

    formula = "[[A, -A], [A, -A]], A_ij from N(0, 2 / columns)"
    reference = "derived"

    def block(self, rows, columns, rng):
        half = min(rows, columns) // 2
        drawn = rng.standard_normal((half, half)) / max(half, 1) ** 0.5
        whole = np.zeros((rows, columns))
        whole[: 2 * half, : 2 * half] = np.kron([[1, -1], [1, -1]], drawn)
        return whole
