"""Runs that succeeded and had lost it again at the end."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import groups, runs


class FellBack(Claim):
    """Success was first seen, and was not there after the last update."""

    name = "fell_back"
    places = {"learning": 75, "curves": 80}
    text = {
        "en": (
            "Of the runs that succeeded $count of $total had fallen back at the end."
        ),
        "ko": "성공한 실행 $total개 중 $count개는 끝에 가서 다시 실패로 돌아갔다.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield their count where there are any."""
        found = [run for run in runs(groups(networks.story)) if run.succeeded]
        back = sum(run.fell_back for run in found)
        if back:
            yield {"total": Count(len(found)), "count": Count(back)}
