"""The networks whose gradient has passed most often."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Length,
    Names,
    Networks,
    PassCount,
    Value,
)
from gradlab.report.evidence.passes import Passes


class MostPasses(Claim):
    """The largest number of passes that a largest part has made."""

    name = "most_passes"
    places = {"passes": 70}
    text = {
        "en": (
            "At lag $lag the largest part has made $count through the recurrent "
            "weights in $networks."
        ),
        "ko": "시차 $lag — 가장 큰 부분이 순환 가중치를 지난 횟수: $count, $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield once, where some network's largest part has passed."""
        passes = Passes.of(networks.rows)
        most = max((passes.count(r) for r in passes.rows), default=0)
        if most:
            found = [r for r in passes.rows if passes.count(r) == most]
            told = len(passes.parts(found[0])) - 2
            yield {
                "lag": Length(passes.lag),
                "count": PassCount(most, told),
                "networks": Names(passes.networks(found)),
            }
