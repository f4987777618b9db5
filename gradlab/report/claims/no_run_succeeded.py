"""Networks of which no run learned the longest task."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Value
from gradlab.report.evidence.learning import groups, reference_first, tasks
from gradlab.report.evidence.learning_values import Task


class NoRunSucceeded(Claim):
    """Networks that never succeeded, by task, the longest first."""

    name = "no_run_succeeded"
    places = {"learning": 70}
    text = {
        "en": "On $task no run of $networks succeeded.",
        "ko": "$task에서 한 번도 성공하지 못한 네트워크: $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each task on which some network failed in every run."""
        found = reference_first(groups(networks.story))
        for task in reversed(tasks(groups(networks.story))):
            failed = [g.network for g in found if g.task == task and not g.count]
            if failed:
                yield {"task": Task(task), "networks": Names(failed)}
