"""Networks whose gradient has not passed through the recurrent weights."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Value
from gradlab.report.evidence.passes import Passes


class NoPass(Claim):
    """The conveyor is the largest part."""

    name = "no_pass"
    places = {"passes": 60}
    text = {
        "en": (
            "At lag $lag the largest part has made no pass through the recurrent "
            "weights in $networks."
        ),
        "ko": (
            "시차 $lag — 가장 큰 부분이 순환 가중치를 한 번도 지나지 않은 네트워크: "
            "$networks."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield once, where there are such networks."""
        passes = Passes.of(networks.rows)
        found = [r for r in passes.rows if passes.count(r) == 0]
        if found:
            named = Names(passes.networks(found))
            yield {"lag": Length(passes.lag), "networks": named}
