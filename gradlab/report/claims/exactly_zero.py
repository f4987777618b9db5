"""Networks whose gradient is exactly zero."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value


class ExactlyZero(Claim):
    """Networks in which nothing at all arrives, in some seed."""

    name = "exactly_zero"
    places = {"headline": 15, "top": 60, "how_far": 60, "length": 10}
    text = {
        "en": (
            "In $count of $total networks some seed's gradient is exactly 0 after "
            "$length steps."
        ),
        "ko": (
            "네트워크 $total개 중 $count개에서 일부 시드의 기울기가 $length스텝 "
            "뒤에 정확히 0이 된다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some seed's product is exactly zero."""
        dead = [n for n in networks.measured if (n.ln_lefts == -np.inf).any()]
        if dead:
            yield {
                "count": Count(len(dead)),
                "total": Count(len(networks.measured)),
                "length": Length(networks.length),
            }
