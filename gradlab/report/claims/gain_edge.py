"""Two neighbouring gains between which a gradient passes from lost to too large."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from gradlab.report.claims._gains import THOUSAND, lines
from gradlab.report.claims.base import (
    Claim,
    Left,
    Names,
    Networks,
    Setting,
    Value,
)


class GainEdge(Claim):
    """No gain in between at which the gradient stays between 1/1000 and 1000."""

    name = "gain_edge"
    places = {"gain": 85, "top": 63}
    text = {
        "en": (
            "From gain $low to gain $high what is left of $network jumps from $less to "
            "$more."
        ),
        ("ko"): (
            "$network — 게인을 올리면($low → $high) 남는 기울기가 급증한다: $less "
            "→ $more."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each such jump, the largest first."""
        found = [
            (low, high, less.left_at(less.length), more.left_at(more.length), less)
            for line in lines(networks)
            for (low, less), (high, more) in pairwise(line.items())
        ]
        jumps = [jump for jump in found if jump[2] < -THOUSAND and jump[3] > THOUSAND]
        for low, high, less, more, network in sorted(jumps, key=lambda j: j[2] - j[3]):
            yield {
                "low": Setting(low),
                "high": Setting(high),
                "network": Names([network], without=("gain",)),
                "less": Left(less),
                "more": Left(more),
            }
