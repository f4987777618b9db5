"""When a task is learned."""

import numpy as np

from gradlab.measures.base import Measure


class Success(Measure):
    """After how many updates the task was first learned, and whether it still is.

    ``first_success``: the first moment at which the score on fresh sequences was good
    enough; inf: never within the training. ``learned_at_end``: 1 where the last score
    is, else 0: a network may fall back.
    """

    name = "success"
    of_training = True
    symbol = "u*"
    unit = "updates"
    question = "Is the task learned, and when?"
    formula = "min {u : the score after u updates is a success}"
    reference = "the task's"
    outputs = ("first_success", "learned_at_end")

    def compute(self, context):
        history = context.history
        last = history.scores[max(history.scores)]
        learned = np.array([float(history.learned(score)) for score in last])
        return {
            "first_success": context.labelled(history.first_success),
            "learned_at_end": context.labelled(learned, unit="1 or 0"),
        }
