"""What another forget bias leaves of the gradient, against the default."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value


class Opening(Claim):
    """The bias that comes nearest to keeping the gradient, and the default bias."""

    name = "opening"
    places = {"headline": 80, "top": 90, "how_far": 62}
    text = {
        "en": (
            "$network keeps $left of its gradient over $length steps, against "
            "$default_left at PyTorch's default biases."
        ),
        "ko": (
            "$network — $length스텝 뒤에 남는 기울기: $left, PyTorch 기본 편향에서는 "
            "$default_left."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some bias leaves ten times as much as the default, and less than all."""
        for default, others in networks.by_bias():
            more = [n for n in others if default.ln_left + math.log(10) < n.ln_left < 0]
            if more:
                best = max(more, key=lambda n: n.ln_left)
                yield {
                    "network": Names([best]),
                    "left": Left(best.ln_left),
                    "length": Length(networks.length),
                    "default_left": Left(default.ln_left),
                }
