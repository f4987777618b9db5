"""Networks in which parts of different numbers of passes cancel."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Value
from gradlab.report.evidence.passes import Passes


class PassesCancel(Claim):
    """One part is larger than the whole."""

    name = "passes_cancel"
    places = {"passes": 50}
    text = {
        "en": (
            "At lag $lag parts cancel, the largest being larger than the whole, in "
            "$networks."
        ),
        "ko": "시차 $lag — 부분끼리 상쇄되어 가장 큰 부분이 전체보다 크다: $networks.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """By a twentieth or more."""
        passes = Passes.of(networks.rows)
        found = [r for r in passes.rows if passes.excess(r) > math.log(1.05)]
        if found:
            named = Names(passes.networks(found))
            yield {"lag": Length(passes.lag), "networks": named}
