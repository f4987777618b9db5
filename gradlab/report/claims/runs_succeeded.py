"""How many runs succeeded, of all."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import groups, runs


class RunsSucceeded(Claim):
    """Runs of which success was seen at some time."""

    name = "runs_succeeded"
    places = {"headline": 5, "top": 20, "learning": 10}
    text = {
        "en": "$count of $total trained networks succeeded.",
        "ko": "학습시킨 네트워크 $total개 중 $count개가 성공했다.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the counts where anything was trained."""
        found = runs(groups(networks.story))
        if found:
            yield {
                "total": Count(len(found)),
                "count": Count(sum(run.succeeded for run in found)),
            }
