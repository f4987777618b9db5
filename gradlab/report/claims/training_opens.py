"""What training does to the gradient of the network that fares best."""

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


class TrainingOpens(Claim):
    """What is left over the largest lag before the first update, after the last."""

    name = "training_opens"
    places = {"flow": 80}
    text = {
        "en": (
            "In $network $before of the gradient is left over $steps before training "
            "on $task and $after after $updates updates."
        ),
        "ko": (
            "$network — $steps 뒤에 남는 기울기는 $task 학습 전 $before, 갱신 "
            "$updates회 뒤 $after."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield it where both ends are finite numbers."""
        for group, (updates, lag, before, after) in best_and_worst(networks)[:1]:
            yield {
                "network": Names([group.network]),
                "before": Left(before),
                "after": Left(after),
                "steps": Steps(lag),
                "task": Task(group.task),
                "updates": Length(updates),
            }
