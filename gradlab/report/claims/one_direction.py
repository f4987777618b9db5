"""Networks whose gradient keeps its size in one direction."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Count,
    Directions,
    Left,
    Names,
    Networks,
    Steps,
    Value,
)
from gradlab.report.numbers import LN10


class OneDirection(Claim):
    """A gradient that is large enough and carries one number."""

    name = "one_direction"
    places = {"directions": 90, "top": 30}
    text = {
        "en": (
            "After $length the gradient of $network is $times times as large as "
            "before, in $kept of $size directions."
        ),
        "ko": (
            "$network — $length 뒤의 기울기는 처음의 $times배이고, 남은 방향은 $size개 "
            "중 $kept개다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """From 1/1000 to 1000 times as large, and fewer than two directions."""
        found = networks.having("stable_rank")
        for network in sorted(found, key=lambda n: not n.customary):
            held = network.finite and abs(network.ln_left) < 3 * LN10
            if held and network.directions < 2:
                yield {
                    "length": Steps(network.length),
                    "network": Names([network]),
                    "times": Left(network.ln_left),
                    "kept": Directions(network.directions),
                    "size": Count(network.size),
                }
