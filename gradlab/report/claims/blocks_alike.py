"""Networks whose blocks all keep the same share a step."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.roads import late_rates, share_gap


POINT = 0.01


class BlocksAlike(Claim):
    """Four blocks that lose alike: where each starts says how much enters it."""

    name = "blocks_alike"
    places = {"cell_state": 30, "conveyor": 60}
    text = {
        "en": (
            "In $count of $total networks with both h and c all four blocks keep the "
            "same share a step, to one percentage point, over the later half of "
            "the lags."
        ),
        "ko": (
            "h와 c를 함께 지닌 네트워크 $total개 중 $count개에서, 시차의 뒤쪽 "
            "절반 동안 네 블록의 스텝당 남는 비율이 1 %p 안에서 같다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network's rates lie within one percentage point."""
        rates = [r for n in networks.measured if (r := late_rates(n))]
        alike = sum(share_gap(r) <= POINT for r in rates)
        if alike:
            yield {"count": Count(alike), "total": Count(len(rates))}
