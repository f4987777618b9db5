"""Score along a training."""

import numpy as np

from gradlab.measures.base import Measure


class Score(Measure):
    """What a network scores on fresh sequences, at 101 even moments at most.

    What a score is, and from which one on the task is learned, says the task: the share
    of sequences right, a squared error, bits a character.
    """

    name = "score"
    of_training = True
    symbol = "score"
    unit = "number"
    question = "How well does it do on sequences it has not seen?"
    formula = "the task's"
    reference = "the task's"
    axes = ("update",)

    def compute(self, context):
        scores = context.history.scores
        return context.labelled(np.stack(list(scores.values())), update=scores)
