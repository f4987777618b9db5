"""A loss in a file of its own."""

from gradlab.losses.base import Loss


class Tail(Loss):
    """The mean of the last two steps."""

    def __call__(self, hidden, direction):
        return ((hidden[-1] + hidden[-2]) * direction).sum(-1) / 2
