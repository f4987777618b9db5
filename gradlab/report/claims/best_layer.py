"""A network of several layers beside the best of them."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Networks, Value
from gradlab.report.evidence.layers import layered, rates
from gradlab.report.evidence.roads import rate


class BestLayer(Claim):
    """What the whole keeps: over many steps as much as the layer that keeps most."""

    name = "best_layer"
    places = {"layers": 70}
    text = {
        "en": (
            "All layers of $network together keep $whole a step, the best of them by "
            "itself $best."
        ),
        "ko": (
            "$network — 스텝당 남는 비율: 모든 층을 합치면 $whole, 가장 많이 "
            "남기는 층만 보면 $best."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield every network of several layers whose own rate is known."""
        for network in layered(networks):
            if math.isfinite(rate(network)):
                yield {
                    "network": Names([network]),
                    "whole": Kept(rate(network)),
                    "best": Kept(max(rates(network))),
                }
