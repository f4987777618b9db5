"""How much of the weight gradient the last steps supply."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Share, Value
from gradlab.report.evidence.backward import share_of_last, sharing


class LastSteps(Claim):
    """The share of the last five steps, of one network."""

    name = "last_steps"
    places = {"backward": 60}
    text = {
        "en": (
            "The last 5 of $length steps supply $share of the gradient of the "
            "recurrent weights in $network."
        ),
        "ko": (
            "순환 가중치의 기울기에서 $length스텝 중 마지막 5스텝의 비중: $share "
            "($network)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Shares do not differ by a hundredth: say that of one network."""
        found = sharing(networks)
        shares = [share_of_last(n) for n in found]
        if shares and max(shares) - min(shares) <= 0.01:
            yield {
                "length": Length(found[0].length),
                "share": Share(shares[0]),
                "network": Names(found[:1]),
            }
