"""How many networks hold a thousandth of their gradient over the whole sequence."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value


class Beyond(Claim):
    """Networks whose reach is longer than the sequence: the longest of the sweep."""

    name = "beyond"
    places = {"headline": 30, "top": 50, "how_far": 95}
    text = {
        "en": (
            "The longest reach is more than all $length steps, in $count of "
            "$total networks."
        ),
        "ko": (
            "가장 긴 도달 거리는 전체 $length스텝을 넘는다: 네트워크 $total개 중 "
            "$count개."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network of several still has more than 1/1000 at every lag."""
        held = [n for n in networks.reaching if n.reach == math.inf]
        if held and len(networks.reaching) > 1:
            yield {
                "length": Length(networks.length),
                "count": Count(len(held)),
                "total": Count(len(networks.reaching)),
            }
