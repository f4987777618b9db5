"""Why the network that fares worst fails: its first gradient is far below epsilon."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Left, Names, Networks, Value
from gradlab.report.evidence.learning import apart, at_reference, groups
from gradlab.report.evidence.learning_values import Epsilon, Task


FAR = math.log(1e-3)
"""Ln of the gradient over epsilon from which on the epsilon alone divides it."""


class BelowEpsilon(Claim):
    """The largest first gradient of runs all of which failed, and the epsilon."""

    name = "below_epsilon"
    places = {"top": 56, "learning": 85}
    text = {
        "en": (
            "All $total runs of $network failed on $task: the gradient at the first "
            "input was at most $largest in them, and the optimizer divides it by no "
            "less than its epsilon of $epsilon, so that it hardly moves a weight."
        ),
        "ko": (
            "$network — $task에서 실행 $total개가 모두 실패했다. 첫 입력의 기울기는 "
            "커야 $largest. 최적화 기법은 이를 적어도 엡실론($epsilon)만큼 큰 수로 "
            "나누므로 가중치가 거의 움직이지 않는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the network that succeeds least, where no run of it does."""
        pair = apart(at_reference(groups(networks.story)))
        if pair is None or pair[1].count:
            return
        least = pair[1]
        epsilon = least.runs[0].epsilon
        largest = max(run.ln_gradient for run in least.runs)
        known = not any(math.isnan(run.ln_gradient) for run in least.runs)
        if epsilon and known and -math.inf < largest < math.log(epsilon) + FAR:
            yield {
                "total": Count(least.total),
                "network": Names([least.network]),
                "task": Task(least.task),
                "largest": Left(largest),
                "epsilon": Epsilon(epsilon),
            }
