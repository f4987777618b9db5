"""The most that a conveyor alone leaves."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value
from gradlab.report.evidence.networks import extreme
from gradlab.report.evidence.roads import conveyor_left


class ConveyorMost(Claim):
    """The largest product of keep gates alone."""

    name = "conveyor_most"
    places = {"cell_state": 20, "conveyor": 30}
    text = {
        "en": (
            "The most that a conveyor alone leaves after $length steps is $left, in "
            "$networks."
        ),
        "ko": "컨베이어 벨트만으로 $length스텝 뒤에 남는 최댓값: $left, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some conveyor is finite."""
        found = [n for n in networks.measured if math.isfinite(conveyor_left(n))]
        if found:
            most = extreme(found, [conveyor_left(n) for n in found])
            yield {
                "length": Length(networks.length),
                "left": Left(conveyor_left(most[0])),
                "networks": Names(most),
            }
