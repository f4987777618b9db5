"""What a network has left after sequences of several lengths."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    LeftEach,
    Lengths,
    Names,
    Network,
    Networks,
    Value,
)
from gradlab.report.evidence.networks import ends_and_middle


class Course(Claim):
    """What is left by length, wherever something finite is."""

    name = "course"
    places = {"length": 85}
    text = {
        "en": ("$network keeps $lefts of its gradient over $lengths steps."),
        "ko": "$network — $lengths스텝 뒤에 남는 기울기: $lefts.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield networks of several lengths, or of one; those lost evenly not.

        PyTorch's weights first, and of them those that have about all left.
        """
        for network in sorted(networks.of_lengths or networks.every, key=_from_one):
            course = network.course
            finite = ends_and_middle([n for n in course if math.isfinite(course[n])])
            if finite and not network.fades_evenly:
                yield {
                    "network": Names([network]),
                    "lefts": LeftEach([course[n] for n in finite]),
                    "lengths": Lengths(finite),
                }


def _from_one(network: Network) -> tuple[bool, float]:
    distance = abs(network.ln_left)
    return not network.customary, distance if math.isfinite(distance) else math.inf
