"""A loss at every step."""

from gradlab.losses.base import Loss


class Every(Loss):
    """Sum of v . h_t over all steps: recent terms mask vanished old ones."""

    name = "every"

    def __call__(self, hidden, direction):
        return sum((h * direction).sum(-1) for h in hidden)
