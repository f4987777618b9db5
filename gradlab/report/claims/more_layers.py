"""A network of several layers beside the same network of one layer."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Count,
    Left,
    Length,
    Names,
    Networks,
    Value,
)
from gradlab.report.evidence.layers import beside_one_layer


class MoreLayers(Claim):
    """What is left with layers on top of the first one, and without them."""

    name = "more_layers"
    places = {"layers": 90, "top": 46}
    text = {
        "en": (
            "With $layers layers $network keeps $left of its gradient over $length "
            "steps, against $one with one layer."
        ),
        "ko": (
            "$network — $length스텝 뒤에 남는 기울기: 한 층일 때 $one, 층을 "
            "$layers개로 늘리면 $left."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each pair that differs in the number of layers alone."""
        for one, several, count in beside_one_layer(networks):
            yield {
                "layers": Count(count),
                "network": Names([one]),
                "left": Left(several.ln_left),
                "length": Length(networks.length),
                "one": Left(one.ln_left),
            }
