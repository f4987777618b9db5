"""The network whose gradient reaches furthest, where all are lost."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Steps, Value


class LongestReach(Claim):
    """The most steps back to 1/1000, where no network holds to the end."""

    name = "longest_reach"
    places = {"headline": 30, "top": 50, "how_far": 95}
    text = {
        "en": "The longest reach is $steps, in $networks.",
        "ko": "가장 긴 도달 거리: $steps, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Every network of several loses its gradient within the sequence."""
        found = networks.every_reaching
        most = max((n.steps for n in found), default=math.inf)
        if math.isfinite(most) and len(found) > 1:
            longest = [n for n in found if n.steps == most]
            yield {"steps": Steps(most), "networks": Names(longest)}
