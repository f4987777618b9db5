"""How many networks the gates alone predict."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.predictors import TEN, gates_gap, with_gates


class GatesPredict(Claim):
    """Over its whole sequence the conveyor is within a factor of ten of all."""

    name = "gates_predict"
    places = {"predictors": 80}
    text = {
        "en": (
            "The gates alone predict what is left of a gradient to within a factor of "
            "ten in $count of $total networks."
        ),
        "ko": (
            "남는 기울기를 게이트만으로 10배 이내의 오차로 예측할 수 있는 "
            "네트워크: $total개 가운데 $count개."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network has a conveyor with a rate."""
        found = with_gates(networks)
        hits = [n for n in found if abs(gates_gap(n)) * n.length < TEN]
        if found:
            yield {"count": Count(len(hits)), "total": Count(len(found))}
