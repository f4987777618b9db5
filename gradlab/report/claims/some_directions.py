"""How many directions a network's gradient has left."""

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


class SomeDirections(Claim):
    """The directions of one network, held or lost."""

    name = "some_directions"
    places = {"directions": 10}
    text = {
        "en": (
            "After $length what is left of the gradient of $network has $kept of "
            "$size directions."
        ),
        "ko": "$network — $length 뒤에 남은 기울기의 방향: $size개 중 $kept개.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Any network with a stable rank."""
        found = networks.having("stable_rank")
        for network in sorted(found, key=lambda n: not n.customary):
            if network.directions > 0:
                yield {
                    "length": Steps(network.length),
                    "network": Names([network]),
                    "kept": Directions(network.directions),
                    "size": Count(network.size),
                }
