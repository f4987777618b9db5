"""Where the fewest pairs of steps keep a gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Share, Steps, Value
from gradlab.report.evidence.networks import extreme
from gradlab.report.evidence.pairs import paired, share


class FewestPairs(Claim):
    """The smallest share of pairs, where shares differ."""

    name = "fewest_pairs"
    places = {"inside": 75}
    text = {
        "en": (
            "In a sequence of $length, $share of all pairs of steps keep between "
            "1/1000 and 1000 of a gradient in $networks, the fewest of all networks."
        ),
        "ko": (
            "남는 기울기가 1/1000과 1000 사이인 스텝 쌍이 가장 적은 네트워크: "
            "$networks (시퀀스 길이 $length, 모든 쌍의 $share)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more whose shares differ by a hundredth."""
        found = paired(networks)
        shares = [share(n.row) for n in found]
        if shares and max(shares) - min(shares) > 0.01:
            ends = extreme(found, shares, min)
            yield {
                "length": Steps(found[0].length),
                "share": Share(min(shares)),
                "networks": Names(ends),
            }
