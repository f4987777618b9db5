"""What training leaves of the gradient of a network that never succeeds."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims._flow import best_and_worst
from gradlab.report.claims.base import (
    Claim,
    Left,
    Length,
    Names,
    Networks,
    Steps,
    Value,
)
from gradlab.report.evidence.learning_values import Task


class TrainingLeaves(Claim):
    """What is left over the largest lag after the last update."""

    name = "training_leaves"
    places = {"flow": 90}
    text = {
        "en": (
            "$network never succeeded on $task: after $updates updates $after of its "
            "gradient is left over $steps."
        ),
        "ko": (
            "$network — $task에서 끝내 실패했고, 갱신 $updates회 뒤에도 $steps에 걸쳐 "
            "남는 기울기는 $after."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield it of the worst network where less than 1/1000 is left."""
        for group, (updates, lag, _, after) in best_and_worst(networks)[1:]:
            if not group.count and after < -math.log(1000):
                yield {
                    "network": Names([group.network]),
                    "after": Left(after),
                    "steps": Steps(lag),
                    "task": Task(group.task),
                    "updates": Length(updates),
                }
