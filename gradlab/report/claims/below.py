"""How many networks lose all but a thousandth of their gradient."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value


class Below(Claim):
    """Networks whose reach ends within the sequence."""

    name = "below"
    places = {"headline": 50, "top": 70, "how_far": 60}
    text = {
        "en": (
            "In $count of $total networks measured over $length steps less than "
            "1/1000 of the gradient is left."
        ),
        "ko": (
            "$length스텝에 걸쳐 잰 네트워크 $total개 가운데 $count개에서 "
            "기울기의 1/1000도 남지 않는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more."""
        reaching = networks.reaching
        if len(reaching) > 1:
            below = [n for n in reaching if math.isfinite(n.reach)]
            yield {
                "total": Count(len(reaching)),
                "count": Count(len(below)),
                "length": Length(networks.length),
            }
