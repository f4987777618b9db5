"""What a step keeps where the detours are cut."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Network, Networks, Value
from gradlab.report.evidence.roads import has_conveyor, rate


class DetoursCut(Claim):
    """A rate with and without the detours."""

    name = "detours_cut"
    places = {"cell_state": 25, "cuts": 70}
    text = {
        "en": (
            "With the detours cut, what $network keeps a step goes from $whole to "
            "$kept."
        ),
        "ko": "$network — 우회로를 끊으면 스텝당 남는 비율이 달라진다: $whole → $kept.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """A hundredth or more in the share kept, the largest change first."""
        found = [n for n in networks.measured if has_conveyor(n)]
        for network in sorted(found, key=_change, reverse=True):
            if _change(network) > 0.01:
                yield {
                    "network": Names([network]),
                    "whole": Kept(rate(network)),
                    "kept": Kept(rate(network, "no_detours")),
                }


def _change(network: Network) -> float:
    rates = rate(network), rate(network, "no_detours")
    if not all(map(math.isfinite, rates)):
        return 0.0
    whole, kept = (math.exp(min(r, 700.0)) for r in rates)
    return abs(whole - kept)
