"""The network with the least room between vanishing and exploding."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._gains import comparable, room, some
from gradlab.report.claims.base import Claim, Count, Names, Networks, Value


class LeastRoom(Claim):
    """The fewest gains at which between 1/1000 and 1000 of a gradient is left."""

    name = "least_room"
    places = {"gain": 88}
    text = {
        "en": (
            "The least room is in $networks: at $count of $total gains between 1/1000 "
            "and 1000 of a gradient is left."
        ),
        "ko": (
            "여유가 가장 작은 네트워크: $networks — 게인 $total개 중 $count개에서 "
            "남는 기울기가 1/1000과 1000 사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Several networks at the same gains, of unlike room."""
        lines = comparable(networks)
        rooms = [room(line) for line in lines]
        if rooms and max(rooms) > min(rooms):
            least = min(rooms)
            alike = [some(x) for x, n in zip(lines, rooms, strict=True) if n == least]
            yield {
                "networks": Names(alike, without=("gain",)),
                "count": Count(least),
                "total": Count(len(lines[0])),
            }
