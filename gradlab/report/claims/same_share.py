"""Whether every step takes the same share of the gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    LeftEach,
    Lengths,
    Names,
    Networks,
    Value,
)
from gradlab.report.evidence.networks import ends_and_middle


class SameShare(Claim):
    """Zeros grow in proportion to the length."""

    name = "same_share"
    places = {"length": 90}
    text = {
        "en": (
            "$network loses about the same share at every step and keeps $lefts of "
            "its gradient over $lengths steps."
        ),
        "ko": (
            "$network — 매 스텝 거의 같은 비율을 잃는다: $lengths스텝 뒤에 각각 "
            "$lefts만큼 남는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each network that is lost at one rate at every length."""
        for network in filter(lambda n: n.fades_evenly, networks.of_lengths):
            shown = ends_and_middle(list(network.course))
            yield {
                "network": Names([network]),
                "lefts": LeftEach([network.course[n] for n in shown]),
                "lengths": Lengths(shown),
            }
