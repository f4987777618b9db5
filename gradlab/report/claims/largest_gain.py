"""How many networks explode at the largest gain."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims._gains import THOUSAND, lines
from gradlab.report.claims.base import (
    Claim,
    Count,
    Network,
    Networks,
    Setting,
    Value,
)


class LargestGain(Claim):
    """What large recurrent weights do, whatever the gates."""

    name = "largest_gain"
    places = {"gain": 70}
    text = {
        "en": (
            "At gain $gain, the largest, $count of $total networks multiply the "
            "gradient by more than 1000 or leave the range of numbers."
        ),
        "ko": (
            "가장 큰 게인 $gain: 네트워크 $total개 중 $count개에서 기울기가 1000배 "
            "넘게 커지거나 수의 범위를 벗어난다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more have it, and one of them explodes."""
        found = lines(networks)
        largest = max((gain for line in found for gain in line), default=0.0)
        there = [line[largest] for line in found if largest in line]
        count = sum(_explodes(n) for n in there)
        if count and len(there) > 1:
            yield {
                "gain": Setting(largest),
                "count": Count(count),
                "total": Count(len(there)),
            }


def _explodes(network: Network) -> bool:
    lefts = network.ln_lefts
    ended = np.isnan(lefts) | (lefts == np.inf)
    return bool(ended.any()) or network.left_at(network.length) > THOUSAND
