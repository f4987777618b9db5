"""How many networks hold along no direction, by exponents."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Steps, Value


class NoLastingDirection(Claim):
    """All Lyapunov exponents below the rate that loses all but 1/1000."""

    name = "no_lasting_direction"
    places = {"directions": 65}
    text = {
        "en": (
            "By [[Lyapunov exponent|Lyapunov exponents]] no direction keeps more "
            "than 1/1000 over $length in $count of $total networks."
        ),
        "ko": (
            "[[Lyapunov exponent|랴푸노프 지수]]로 재면 네트워크 $total개 중 "
            "$count개에서 $length 동안 1/1000보다 많이 남는 방향이 하나도 없다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network keeps none."""
        found = [n for n in networks.having("lyapunov_exponents") if n.exponents.size]
        none = [n for n in found if not n.lasting]
        if none:
            yield {
                "count": Count(len(none)),
                "total": Count(len(found)),
                "length": Steps(found[0].length),
            }
