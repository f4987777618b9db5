"""The network whose gradient grows most."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Times, Value
from gradlab.report.evidence.networks import extreme


class LargestGrowth(Claim):
    """The largest gradient left, where that is larger than what there was."""

    name = "largest_growth"
    places = {"headline": 35, "top": 45, "how_far": 85}
    text = {
        "en": "The largest growth is $times times over $length steps, in $networks.",
        "ko": "가장 많이 커지는 기울기: $length스텝 동안 $times배, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some gradient grows by a twentieth or more."""
        found = networks.every_finite
        most = extreme(found, [n.ln_left for n in found]) if found else []
        most = [n for n in most if n.length == most[0].length]
        if most and most[0].ln_left > math.log(1.05):
            yield {
                "times": Times(most[0].ln_left),
                "length": Length(most[0].length),
                "networks": Names(most),
            }
