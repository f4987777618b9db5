"""An initializer in a file of its own."""

import numpy as np

from gradlab.initializers.base import Initializer


class Cyclic(Initializer):
    """The cyclic shift: orthogonal, with eigenvalues all around the circle."""

    gain_is_radius = True

    def block(self, rows, columns, rng):
        return np.roll(np.eye(rows, columns), 1, axis=0)
