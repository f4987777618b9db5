"""Networks that failed with one epsilon and succeeded with a smaller one."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.learning import groups, pairs, runs
from gradlab.report.evidence.learning_values import Epsilon


class EpsilonDecides(Claim):
    """The same weights and sequences, trained twice."""

    name = "epsilon_decides"
    places = {"top": 59, "gradient": 80}
    text = {
        "en": (
            "The optimizer's epsilon moves that bound: of $total runs that never "
            "succeeded with $large the same networks succeeded $count times with "
            "$small."
        ),
        "ko": (
            "이 경계는 최적화 기법의 엡실론에 따라 움직인다: $large에서 끝내 "
            "실패한 실행 $total개 중 $count개는 같은 네트워크가 $small에서 성공했다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the largest epsilon and the smallest, where that helped a run."""
        found = pairs(runs(groups(networks.story)))
        failed = [(one, other) for one, other in found if not one.succeeded]
        helped = sum(other.succeeded for _, other in failed)
        if helped:
            one, other = failed[0]
            yield {
                "total": Count(len(failed)),
                "count": Count(helped),
                "large": Epsilon(float(one.epsilon or 0.0)),
                "small": Epsilon(float(other.epsilon or 0.0)),
            }
