"""The network that has most of its gradient left, where none grows."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value
from gradlab.report.evidence.networks import extreme


class MostLeft(Claim):
    """The largest gradient left, where that is no larger than what there was."""

    name = "most_left"
    places = {"headline": 25, "top": 44, "how_far": 85}
    text = {
        "en": "The most that is left after $length steps is $left, in $networks.",
        "ko": "$length스텝 뒤에 가장 많이 남는 기울기: $left, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more, all measured ones finite, and none grows."""
        found = networks.finite
        if len(found) > 1 and len(found) == len(networks.measured):
            most = extreme(found, [n.ln_left for n in found])
            if most[0].ln_left <= math.log(1.05):
                yield {
                    "left": Left(most[0].ln_left),
                    "length": Length(networks.length),
                    "networks": Names(most),
                }
