"""The weights and the activation that come nearest to keeping a gradient."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims._combinations import combinations, left
from gradlab.report.claims.base import (
    Claim,
    Combinations,
    Left,
    Length,
    Names,
    Networks,
    Value,
)


SAME = 1e-3


class BestCombination(Claim):
    """What is left is nearest to all there was."""

    name = "best_combination"
    places = {"weights": 70}
    text = {
        "en": (
            "What is left of $network is nearest to 1 with $combinations: $left after "
            "$length steps."
        ),
        "ko": (
            "$network — 남는 기울기가 1에 가장 가까운 조합: $combinations, $length스텝 "
            "뒤 $left."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some combination leaves something finite; those to a thousandth are alike."""
        found = combinations(networks)
        finite = [n for n in found if math.isfinite(left(n))]
        if finite:
            best = min(finite, key=lambda n: abs(left(n)))
            alike = [n for n in finite if abs(left(n) - left(best)) <= SAME]
            alike.sort(key=lambda n: n is not best)
            yield {
                "network": Names(alike[:1], without=("init", "activation")),
                "combinations": Combinations(
                    [best, *(n for n in alike if n is not best)]
                ),
                "left": Left(left(best)),
                "length": Length(best.length),
            }
