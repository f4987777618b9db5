"""Runs that end where a network ends that reads no input."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Number, Value
from gradlab.report.evidence.learning import chance, groups, last_loss, tasks
from gradlab.report.evidence.learning_values import Task


class AtChance(Claim):
    """Runs without success whose last loss is within a tenth of chance."""

    name = "at_chance"
    places = {"curves": 90}
    text = {
        "en": (
            "On $task $count of the $total runs that never succeeded end within a "
            "tenth of chance, which is a loss of $chance."
        ),
        "ko": (
            "$task에서 끝내 실패한 실행 $total개 중 $count개는 마지막 손실이 우연 "
            "수준인 $chance에서 10 % 안에 있다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each task with a chance level, the longest first."""
        found = groups(networks.story)
        for task in reversed(tasks(found)):
            level = chance(task)
            failed = [
                run
                for g in found
                for run in g.runs
                if g.task == task and not run.succeeded
            ]
            if level and failed:
                near = [r for r in failed if abs(last_loss(r) - level) <= 0.1 * level]
                yield {
                    "task": Task(task),
                    "count": Count(len(near)),
                    "total": Count(len(failed)),
                    "chance": Number(level),
                }
