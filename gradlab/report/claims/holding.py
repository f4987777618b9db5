"""How many networks hold their gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Length, Networks, Value
from gradlab.report.evidence.changes import holds


class Holding(Claim):
    """Networks that leave between a tenth and ten times the gradient."""

    name = "holding"
    places = {"remedies": 10, "top": 39}
    text = {
        "en": (
            "Between 1/10 and 10 times the gradient is kept over $length steps in "
            "$count of $total networks."
        ),
        "ko": (
            "$length스텝에 걸쳐 잰 네트워크 $total개 가운데 $count개에서 남는 "
            "기울기가 1/10과 10 사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more."""
        if len(networks.measured) > 1:
            yield {
                "total": Count(len(networks.measured)),
                "length": Length(networks.length),
                "count": Count(sum(map(holds, networks.measured))),
            }
