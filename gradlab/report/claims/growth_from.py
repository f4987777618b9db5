"""The forget bias from which on the gradient grows."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Bias,
    Cell,
    Claim,
    Length,
    Networks,
    TimesEach,
    Value,
)


class GrowthFrom(Claim):
    """Growth at every forget bias from one on, and at none below it."""

    name = "growth_from"
    places = {"headline": 60, "top": 68, "how_far": 78}
    text = {
        "en": (
            "From $bias on the gradient of $cell grows: $factors times "
            "over $length steps."
        ),
        "ko": "$cell — $bias부터 기울기가 커진다: $length스텝 동안 $factors배.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Three biases or more; those that grow are the largest, and not all."""
        for group in networks.along("forget_bias"):
            grows = [n.ln_left > math.log(1.05) for n in group]
            first = grows.index(True) if True in grows else 0
            if first and all(grows[first:]):
                yield {
                    "bias": Bias(group[first].row.params),
                    "cell": Cell(group[0].cell),
                    "factors": TimesEach([n.ln_left for n in group[first:]]),
                    "length": Length(networks.length),
                }
