"""Between how many pairs of steps a gradient explodes."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Share, Steps, Value
from gradlab.report.evidence.pairs import exploding, paired


class ExplodingPairs(Claim):
    """The share of pairs over which a gradient grows more than a thousandfold."""

    name = "exploding_pairs"
    places = {"inside": 65}
    text = {
        "en": (
            "In a sequence of $length, a gradient grows more than a thousandfold "
            "between $share of all pairs of steps, in $network."
        ),
        "ko": (
            "기울기가 천 배 넘게 커지는 스텝 쌍: 모든 쌍의 $share ($network, 시퀀스 "
            "길이 $length)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each network with more than a fiftieth of such pairs, most first."""
        found = [(exploding(n.row), n) for n in paired(networks)]
        for part, network in sorted(found, key=lambda pair: -pair[0]):
            if part > 0.02:
                yield {
                    "length": Steps(network.length),
                    "share": Share(part),
                    "network": Names([network]),
                }
