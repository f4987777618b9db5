"""Whether the Lyapunov exponents sum to what they must."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Off, Value
from gradlab.report.story.rows import value_of


class SumRule(Claim):
    """The worst difference of all points: a check of exponents by QR."""

    name = "sum_rule"
    places = {"provenance": 40}
    text = {
        "en": (
            "The Lyapunov exponents of $count points sum to the mean log determinant "
            "of the Jacobians to within $error nats a step."
        ),
        "ko": (
            "점 $count개에서, 랴푸노프 지수의 합은 야코비 행렬의 로그 행렬식 평균과 "
            "같다 (가장 큰 차이: 스텝당 $error nat)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some point has a finite sum of exponents."""
        points = networks.story.done
        found = [value_of(point, "sum_rule_residual") for point in points]
        found = [value for value in found if not math.isnan(value)]
        if found:
            yield {"count": Count(len(found)), "error": Off(max(found))}
