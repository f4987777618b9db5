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
        )
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
