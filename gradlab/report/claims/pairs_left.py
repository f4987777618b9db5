"""Between how many pairs of steps a network keeps a gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Share, Steps, Value
from gradlab.report.evidence.pairs import paired, share


class PairsLeft(Claim):
    """The share of pairs with 1/1000 to 1000 left, of one network."""

    name = "pairs_left"
    places = {"inside": 50}
    text = {
        "en": (
            "In a sequence of $length, $share of all pairs of steps keep between "
            "1/1000 and 1000 of a gradient, in $network."
        ),
        "ko": (
            "남는 기울기가 1/1000과 1000 사이인 스텝 쌍: 모든 쌍의 $share "
            "($network, 시퀀스 길이 $length)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Shares do not differ by a hundredth: say that of one network."""
        found = paired(networks)
        shares = [share(n.row) for n in found]
        if shares and max(shares) - min(shares) <= 0.01:
            yield {
                "length": Steps(found[0].length),
                "share": Share(shares[0]),
                "network": Names(found[:1]),
            }
