"""The network that succeeds after the fewest updates."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Names, Networks, Value
from gradlab.report.evidence.learning import groups, reference_first, tasks
from gradlab.report.evidence.learning_values import Task, Updates


class FewestUpdates(Claim):
    """Among networks of which every run succeeded, by the median run."""

    name = "fewest_updates"
    places = {"curves": 70}
    text = {
        "en": (
            "Of the $total networks of which every run on $task succeeded $networks "
            "needed the fewest updates, $updates by the median run."
        ),
        "ko": (
            "$task에서 모든 실행이 성공한 네트워크 $total개 중 갱신이 가장 적게 든 "
            "것: $networks — 중앙값 $updates회."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each task on which several networks always succeeded."""
        found = reference_first(groups(networks.story))
        for task in reversed(tasks(groups(networks.story))):
            good = [g for g in found if g.task == task and g.count == g.total]
            least = min((g.first for g in good), default=0.0)
            alike = [g.network for g in good if g.first == least]
            if len(good) > len(alike):
                yield {
                    "task": Task(task),
                    "total": Count(len(good)),
                    "networks": Names(alike),
                    "updates": Updates(least),
                }
