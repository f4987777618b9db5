"""Networks in whose backward pass nothing arrives at the first step."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value
from gradlab.report.evidence.backward import passes


class NothingArrives(Claim):
    """An exact zero in place of the gradient by h_0, in all seeds."""

    name = "nothing_arrives"
    places = {"backward": 80}
    text = {
        "en": (
            "With the loss at the last of $length steps, the gradient by h_{0} comes "
            "out as exactly 0 in $count of $total networks."
        ),
        "ko": (
            "손실이 $length스텝의 마지막에만 있을 때 h_{0}에 대한 기울기가 정확히 "
            "0으로 나온 네트워크: $total개 중 $count개."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """No seed of some network has a gradient there."""
        found = passes(networks, "last")
        zero = sum(bool(np.isneginf(curve.high[-1])) for _, curve in found)
        if zero:
            yield {
                "length": Length(found[0][0].length),
                "count": Count(zero),
                "total": Count(len(found)),
            }
