"""The network whose gradient is lost first."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Steps, Value


class ShortestReach(Claim):
    """The fewest steps back to 1/1000."""

    name = "shortest_reach"
    places = {"headline": 20, "top": 40, "how_far": 90}
    text = {
        "en": "The shortest reach is $steps, in $networks.",
        "ko": "가장 짧은 도달 거리: $steps, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network of several loses its gradient within the sequence."""
        found = networks.every_reaching
        least = min((n.steps for n in found), default=math.inf)
        if math.isfinite(least) and len(found) > 1:
            shortest = [n for n in found if n.steps == least]
            yield {"steps": Steps(least), "networks": Names(shortest)}
