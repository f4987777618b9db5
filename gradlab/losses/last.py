"""A loss at the last step."""

from gradlab.losses.base import Loss


class Last(Loss):
    """v . h_T: the gradient at step t has passed through T - t steps."""

    name = "last"

    def __call__(self, hidden, direction):
        return (hidden[-1] * direction).sum(-1)
