"""Loss along a training."""

from gradlab.measures.base import Measure


MOST = 2_000
"""Updates whose numbers are kept, evenly spaced, at most."""


class TrainingLoss(Measure):
    """Loss of each update's batch, before the update.

    The task's own loss: the mean over the batch. Of more than 2,000 updates every so
    many-th is kept. NaN where it was not finite.
    """

    name = "training_loss"
    of_training = True
    symbol = "L"
    unit = "number"
    question = "Does the loss fall?"
    formula = "mean over the batch of the task's loss"
    reference = "the task's"
    axes = ("update",)

    def compute(self, context):
        losses = context.history.losses
        every = -(-len(losses) // MOST)
        return context.labelled(losses[::every], update=range(0, len(losses), every))
