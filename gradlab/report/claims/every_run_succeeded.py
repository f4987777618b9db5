"""Networks of which every run learned the longest task."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Value
from gradlab.report.evidence.learning import groups, reference_first, tasks
from gradlab.report.evidence.learning_values import Task


class EveryRunSucceeded(Claim):
    """Networks that succeeded in every run, by task, the longest first."""

    name = "every_run_succeeded"
    places = {"learning": 60}
    text = {
        "en": "On $task every run of $networks succeeded.",
        "ko": "$task에서 모든 실행이 성공한 네트워크: $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each task on which some network succeeded in every run."""
        found = reference_first(groups(networks.story))
        for task in reversed(tasks(groups(networks.story))):
            good = [g.network for g in found if g.task == task and g.count == g.total]
            if good:
                yield {"task": Task(task), "networks": Names(good)}
