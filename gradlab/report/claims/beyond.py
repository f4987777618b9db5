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
            "The longest reach is more than all $length steps, in $count of the "
            "$total networks of this sweep."
        ),
        "ko": (
            "가장 긴 도달 거리는 전체 $length스텝을 넘으며, 이 스윕의 네트워크 "
            "$total개 중 $count개가 그렇다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network of several never falls to 1/1000; no known reach is longer."""
        found = networks.every_reaching
        length = max((n.length for n in found if n.reach == math.inf), default=0)
        held = [n for n in found if n.reach == math.inf and n.length == length]
        ended = [n.reach for n in found if n.reach < math.inf]
        if held and len(found) > 1 and max(ended, default=0) <= length:
            yield {
                "length": Length(length),
                "count": Count(len(held)),
                "total": Count(len(found)),
            }
