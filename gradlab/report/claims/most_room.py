"""The network with the most room between vanishing and exploding."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._gains import comparable, room, some
from gradlab.report.claims.base import Claim, Count, Names, Networks, Value


class MostRoom(Claim):
    """The most gains at which between 1/1000 and 1000 of a gradient is left."""

    name = "most_room"
    places = {"gain": 90, "top": 64}
    text = {
        "en": (
            "The most room is in $networks: at $count of $total gains between 1/1000 "
            "and 1000 of a gradient is left."
        ),
        "ko": (
            "여유가 가장 큰 네트워크: $networks — 게인 $total개 중 $count개에서 "
            "남는 기울기가 1/1000과 1000 사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Several networks at the same gains, of unlike room."""
        lines = comparable(networks)
        rooms = [room(line) for line in lines]
        if rooms and max(rooms) > min(rooms):
            most = max(rooms)
            alike = [some(x) for x, n in zip(lines, rooms, strict=True) if n == most]
            yield {
                "networks": Names(alike, without=("gain",)),
                "count": Count(most),
                "total": Count(len(lines[0])),
            }
