"""The last step alone."""

from gradlab.losses.base import Loss


class Last(Loss):
    """v . h_T: what arrives at step t has travelled T - t steps."""

    name = "last"

    def __call__(self, hidden, direction):
        return (hidden[-1] * direction).sum(-1)
