"""The networks that fare best and worst when they are trained alike."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Names, Networks, Value
from gradlab.report.evidence.learning import apart, at_reference, groups
from gradlab.report.evidence.learning_values import Task


class SucceededApart(Claim):
    """Counts of two networks on the task on which they fare most differently."""

    name = "succeeded_apart"
    places = {"headline": 12, "top": 80, "learning": 95}
    text = {
        "en": (
            "Trained on $task $most succeeded in $count of $total runs and $least in "
            "$least_count of $least_total."
        ),
        "ko": (
            "$task 학습 결과: $most — 실행 $total개 중 $count개 성공, $least — "
            "$least_total개 중 $least_count개 성공."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield one pair, trained with the setting that most runs succeed with."""
        pair = apart(at_reference(groups(networks.story)))
        if pair:
            most, least = pair
            yield {
                "task": Task(most.task),
                "most": Names([most.network]),
                "count": Count(most.count),
                "total": Count(most.total),
                "least": Names([least.network]),
                "least_count": Count(least.count),
                "least_total": Count(least.total),
            }
