"""How far the gradient of a single network reaches."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Steps, Value


class OneReach(Claim):
    """The steps back to 1/1000, where a single network was measured."""

    name = "one_reach"
    places = {"headline": 45, "top": 55, "how_far": 80}
    text = {
        "en": "$network loses all but 1/1000 of its gradient within $steps.",
        "ko": "$network — 기울기가 $steps 안에 1/1000 아래로 떨어진다.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """One network, which loses its gradient within the sequence."""
        if len(networks.every) == len(networks.every_reaching) == 1:
            (one,) = networks.every_reaching
            if math.isfinite(one.reach):
                yield {"network": Names([one]), "steps": Steps(one.steps)}
