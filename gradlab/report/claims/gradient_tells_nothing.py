"""The first gradient does not tell which runs succeed."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import best_bound, gradients, groups, runs
from gradlab.report.evidence.learning_values import RunsWith


class GradientTellsNothing(Claim):
    """No power of ten parts runs better than to expect the same of all."""

    name = "gradient_tells_nothing"
    places = {"top": 57, "gradient": 60}
    text = {
        "en": (
            "No size of the gradient at the first input before training tells the "
            "$count $runs that succeeded from the other $others."
        ),
        "ko": (
            "학습 전 첫 입력의 기울기의 크기로는 성공한 $runs $count개와 나머지 "
            "$others개를 가르지 못한다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield both counts where some runs succeeded, and some did not."""
        every = runs(groups(networks.story))
        found = gradients(every)
        count = sum(run.succeeded for run in found)
        if 0 < count < len(found) and best_bound(found) is None:
            several = len({run.epsilon for run in every}) > 1
            yield {
                "count": Count(count),
                "runs": RunsWith(found[0].epsilon if several else None),
                "others": Count(len(found) - count),
            }
