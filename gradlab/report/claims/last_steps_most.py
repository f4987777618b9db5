"""Where the last steps supply the largest share of the weight gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Share, Value
from gradlab.report.evidence.backward import share_of_last, sharing
from gradlab.report.evidence.networks import extreme


class LastStepsMost(Claim):
    """The largest share of the last five steps, where shares differ."""

    name = "last_steps_most"
    places = {"backward": 90}
    text = {
        "en": (
            "The last 5 of $length steps supply the largest share of the gradient of "
            "the recurrent weights in $networks: $share."
        ),
        "ko": (
            "순환 가중치의 기울기에서 $length스텝 중 마지막 5스텝의 비중이 가장 "
            "큰 네트워크: $networks ($share)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more whose shares differ by a hundredth."""
        found = sharing(networks)
        shares = [share_of_last(n) for n in found]
        if shares and max(shares) - min(shares) > 0.01:
            ends = extreme(found, shares, max)
            yield {
                "length": Length(found[0].length),
                "networks": Names(ends),
                "share": Share(max(shares)),
            }
