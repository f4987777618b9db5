"""How many networks have about as much left after a longer sequence."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value


class LittleChange(Claim):
    """Networks of which the shortest and the longest sequence leave about the same."""

    name = "little_change"
    places = {"length": 80}
    text = {
        "en": (
            "Between $short and $long steps what is left changes less than tenfold in "
            "$count of $total networks."
        ),
        "ko": (
            "$short스텝과 $long스텝 사이에서 남는 기울기가 10배 넘게 바뀌지 않는 "
            "네트워크: $total개 중 $count개."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more are finite over both."""
        lengths = [length for n in networks.of_lengths for length in n.course]
        short, long = min(lengths, default=0), max(lengths, default=0)
        both = [n for n in networks.of_lengths if {short, long} <= n.course.keys()]
        changes = [abs(n.course[long] - n.course[short]) for n in both]
        if len(both) > 1:
            yield {
                "short": Length(short),
                "long": Length(long),
                "count": Count(sum(change < math.log(10) for change in changes)),
                "total": Count(len(both)),
            }
