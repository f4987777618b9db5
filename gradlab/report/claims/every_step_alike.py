"""How a loss at every step hides what fades."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Networks, Times, Value
from gradlab.report.evidence.backward import passes, spread


class EveryStepAlike(Claim):
    """The largest factor between steps, where that is below a hundred."""

    name = "every_step_alike"
    places = {"backward": 82}
    text = {
        "en": (
            "With a loss at every step the gradient by h keeps its size over "
            "all $length steps, to a factor of $factor, in every network."
        ),
        "ko": (
            "손실이 모든 스텝에 있으면 모든 네트워크에서 $length스텝 내내 h에 "
            "대한 기울기의 크기가 유지된다. 가장 큰 차이: $factor배."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """All networks with a loss at every step are as flat."""
        found = passes(networks, "every")
        factor = max((spread(curve) for _, curve in found), default=math.inf)
        if factor < math.log(100):
            yield {"length": Length(found[0][0].length), "factor": Times(factor)}
