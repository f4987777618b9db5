"""How much the gradient of a gated cell can grow."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Length, Names, Networks, Times, Value
from gradlab.report.evidence.networks import extreme


class GatedExplodes(Claim):
    """The network with gates that explodes most."""

    name = "gated_explodes"
    places = {"gain": 95, "how_far": 58, "top": 47}
    text = {
        "en": (
            "Gates do not prevent exploding: over $length steps the gradient grows "
            "$times times in $networks."
        ),
        "ko": (
            "게이트가 있어도 기울기는 폭주할 수 있다: $length스텝 동안 $times배, "
            "$networks."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """A network with a gate for its past grows more than a thousandfold."""
        found = [n for n in networks.every_finite if n.bias is not None]
        most = extreme(found, [n.ln_left for n in found]) if found else []
        most = [n for n in most if n.length == most[0].length]
        if most and most[0].ln_left > math.log(1000):
            yield {
                "length": Length(most[0].length),
                "times": Times(most[0].ln_left),
                "networks": Names(most),
            }
