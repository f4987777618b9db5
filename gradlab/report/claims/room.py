"""The room between vanishing and exploding of one network."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._gains import comparable, lines, room, some
from gradlab.report.claims.base import Claim, Count, Names, Networks, Value


class Room(Claim):
    """The gains at which between 1/1000 and 1000 of a gradient is left."""

    name = "room"
    places = {"gain": 60}
    text = {
        "en": (
            "At $count of $total gains between 1/1000 and 1000 of a gradient is left "
            "in $network."
        ),
        "ko": (
            "$network — 게인 $total개 중 $count개에서 남는 기울기가 1/1000과 1000 "
            "사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield every network of two gains or more, where all have the same room."""
        if len({room(line) for line in comparable(networks)}) < 2:
            for line in lines(networks):
                yield {
                    "count": Count(room(line)),
                    "total": Count(len(line)),
                    "network": Names([some(line)], without=("gain",)),
                }
