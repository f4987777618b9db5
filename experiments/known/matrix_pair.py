"""Inputs that are the entries of two matrices in turn."""

import numpy as np

from gradlab.inputs.base import Input


class NilpotentPair(Input):
    """(0 4; 0 0) and (0 0; 4 0) in turn: no eigenvalue but 0.

    For ``gaussian_product`` with two units, whose matrix is its inputs over sqrt 2.
    """

    def features(self, default):
        return 4

    def sequences(self, seed, count, length, features):
        return in_turn(((0, 4, 0, 0), (0, 0, 4, 0)), count, length)


class ProjectionPair(Input):
    """diag(2, 0) and diag(0, 2) in turn: spectral radius 2, product 0."""

    def features(self, default):
        return 4

    def sequences(self, seed, count, length, features):
        return in_turn(((2, 0, 0, 0), (0, 0, 0, 2)), count, length)


def in_turn(pair, count, length):
    """Return the entries of A, B, A, ..., (count, length, 4)."""
    entries = np.array(pair, dtype=np.float64) * 2**0.5
    by_step = entries[np.arange(length) % 2]
    return np.broadcast_to(by_step, (count, length, 4)).copy()
