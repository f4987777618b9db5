"""The first gradient before training that parts success from failure best."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._runs import parted
from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import above, below
from gradlab.report.evidence.learning_values import Power


class GradientBound(Claim):
    """Counts of success on both sides of the best whole power of ten."""

    name = "gradient_bound"
    places = {"top": 61, "gradient": 90}
    text = {
        "en": (
            "A gradient of $bound at the first input before training parts the $runs "
            "best: $below of $below_total below it succeeded, $above of $above_total "
            "above it."
        ),
        "ko": (
            "학습 전 첫 입력의 기울기 $bound — $runs 가운데 이보다 작은 "
            "$below_total개 중 $below개, 이보다 큰 $above_total개 중 $above개가 "
            "성공했다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield it where some runs succeeded, and some did not."""
        for found, bound, scope in parted(networks):
            sides = below(found, bound), above(found, bound)
            counts = [sum(r.succeeded for r in side) for side in sides]
            yield {
                "bound": Power(bound),
                "runs": scope,
                "below": Count(counts[0]),
                "below_total": Count(len(sides[0])),
                "above": Count(counts[1]),
                "above_total": Count(len(sides[1])),
            }
