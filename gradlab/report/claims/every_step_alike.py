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
            "With a loss at each of $length steps, the largest factor between the "
            "gradients by h_{1} to h_{T} of one network is $factor."
        ),
        "ko": (
            "손실이 $length스텝 모두에 있을 때 한 네트워크 안에서 h_{1}부터 "
            "h_{T}까지의 기울기가 가장 크게 차이 나는 배수: $factor."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """All networks with a loss at every step are as flat."""
        found = passes(networks, "every")
        factor = max((spread(curve) for _, curve in found), default=math.inf)
        if factor < math.log(100):
            yield {"length": Length(found[0][0].length), "factor": Times(factor)}
