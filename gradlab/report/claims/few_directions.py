"""How many networks keep their gradient in one direction."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Steps, Value
from gradlab.report.numbers import LN10


class FewDirections(Claim):
    """Networks that keep more than 1/1000 in fewer than two directions."""

    name = "few_directions"
    places = {"directions": 70}
    text = {
        "en": (
            "In $count of $total networks with more than 1/1000 of their gradient "
            "left after $length, fewer than 2 directions are left."
        ),
        "ko": (
            "$length 뒤에 기울기가 1/1000보다 많이 남은 네트워크 $total개 가운데 "
            "$count개에서 남은 방향이 2개가 안 된다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more that keep so much."""
        held = [n for n in networks.having("stable_rank") if n.finite]
        held = [n for n in held if n.ln_left > -3 * LN10 and n.directions > 0]
        if len(held) > 1:
            yield {
                "total": Count(len(held)),
                "length": Steps(held[0].length),
                "count": Count(sum(n.directions < 2 for n in held)),
            }
