"""What each layer of a network keeps by itself."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, KeptEach, Names, Networks, Value
from gradlab.report.evidence.layers import layered, rates


class LayersKept(Claim):
    """The rates within the layers, from the first one up."""

    name = "layers_kept"
    places = {"layers": 80}
    text = {
        "en": (
            "From the first layer up, the layers of $network by themselves keep $kepts "
            "a step."
        ),
        "ko": ("$network — 첫 층부터 위로, 각 층만의 스텝당 남는 비율: $kepts."),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield every network of several layers."""
        for network in layered(networks):
            yield {
                "network": Names([network]),
                "kepts": KeptEach(rates(network)),
            }
