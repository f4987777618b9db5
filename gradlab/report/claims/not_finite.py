"""Networks whose gradient leaves the range of numbers."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value


class NotFinite(Claim):
    """Networks whose states or products are no numbers any more, in some seed."""

    name = "not_finite"
    places = {"headline": 16, "top": 61, "how_far": 61, "length": 11}
    text = {
        "en": (
            "In $count of $total networks some seed leaves the range of numbers "
            "within $length steps."
        ),
        "ko": (
            "네트워크 $total개 중 $count개에서 일부 시드의 기울기가 $length스텝 "
            "안에 수의 범위를 벗어난다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some seed's product is NaN or infinite."""
        lost = [
            n
            for n in networks.measured
            if (np.isnan(n.ln_lefts) | (n.ln_lefts == np.inf)).any()
        ]
        if lost:
            yield {
                "count": Count(len(lost)),
                "total": Count(len(networks.measured)),
                "length": Length(networks.length),
            }
