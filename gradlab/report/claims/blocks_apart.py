"""A network whose blocks keep different shares a step."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Networks, Road, Value
from gradlab.report.evidence.roads import late_rates, share_gap


POINT = 0.01


class BlocksApart(Claim):
    """The slowest and the fastest of four blocks."""

    name = "blocks_apart"
    places = {"cell_state": 28, "conveyor": 50}
    text = {
        "en": (
            "In $network the blocks differ, from $low a step ($low_road) to $high "
            "($high_road) over the later half of the lags."
        ),
        "ko": (
            "시차의 뒤쪽 절반에서 블록마다 스텝당 남는 비율이 다르다 — 최소 $low "
            "($low_road), 최대 $high ($high_road): $network."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Shares lie a percentage point apart and print apart, the furthest first."""
        found = [(n, r) for n in networks.measured if (r := late_rates(n))]
        found.sort(key=lambda item: -share_gap(item[1]))
        for network, rates in found:
            (least, low), *_, (most, high) = sorted((v, k) for k, v in rates.items())
            slow, fast = Kept(least), Kept(most)
            if share_gap(rates) > POINT and slow.say("en") != fast.say("en"):
                yield {
                    "network": Names([network]),
                    "low": slow,
                    "low_road": Road(low),
                    "high": fast,
                    "high_road": Road(high),
                }
