"""The network whose gradient keeps most directions."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Count,
    Directions,
    Names,
    Networks,
    Steps,
    Value,
)
from gradlab.report.numbers import LN10


class MostDirections(Claim):
    """The most directions among networks that keep more than 1/1000."""

    name = "most_directions"
    places = {"directions": 60}
    text = {
        "en": (
            "No network with more than 1/1000 of its gradient left after $length "
            "has more directions than $network: $kept of $size."
        ),
        "ko": (
            "$length 뒤에 기울기가 1/1000보다 많이 남은 네트워크 가운데 방향이 가장 "
            "많은 것: $size개 중 $kept개, $network."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two such networks or more, of whose directions the most are two or more."""
        held = [n for n in networks.having("stable_rank") if n.finite]
        held = [n for n in held if n.ln_left > -3 * LN10 and n.directions > 0]
        if len(held) > 1:
            most = max(held, key=lambda n: n.directions)
            if most.directions >= 2:
                yield {
                    "length": Steps(most.length),
                    "network": Names([most]),
                    "kept": Directions(most.directions),
                    "size": Count(most.size),
                }
