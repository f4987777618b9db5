"""Runs that failed although their first gradient was large enough."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._runs import parted
from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import above
from gradlab.report.evidence.learning_values import Power


class GradientNotEnough(Claim):
    """Above the bound that parts runs best some never succeed."""

    name = "gradient_not_enough"
    places = {"top": 58, "gradient": 70}
    text = {
        "en": (
            "A gradient alone is not enough: $count of the $total $runs that had more "
            "than $bound never succeeded."
        ),
        "ko": (
            "기울기만으로는 충분하지 않다: 기울기가 $bound보다 큰 $runs $total개 중 "
            "$count개는 끝내 성공하지 못했다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield their count where there are any."""
        for found, bound, scope in parted(networks):
            enough = above(found, bound)
            failed = sum(not run.succeeded for run in enough)
            if failed:
                yield {
                    "bound": Power(bound),
                    "runs": scope,
                    "count": Count(failed),
                    "total": Count(len(enough)),
                }
