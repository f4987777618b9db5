"""Where the gates alone are farthest off."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Networks, Value
from gradlab.report.evidence.predictors import TEN, gates_gap, with_gates
from gradlab.report.evidence.roads import rate


class GatesMiss(Claim):
    """The largest gap between the conveyor's rate and that of the whole."""

    name = "gates_miss"
    places = {"predictors": 60}
    text = {
        "en": (
            "The gates alone are farthest off for $network: they keep $said per step, "
            "where the whole state keeps $kept."
        ),
        "ko": (
            "게이트만으로 예측한 값이 가장 크게 빗나가는 네트워크: $network "
            "(스텝당 남는 비율이 게이트로는 $said, 실제로는 $kept)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """It is a factor of ten or more over the whole sequence."""
        found = with_gates(networks)
        worst = max(found, key=lambda n: abs(gates_gap(n)), default=None)
        if worst is not None and abs(gates_gap(worst)) * worst.length >= TEN:
            yield {
                "network": Names([worst]),
                "said": Kept(rate(worst, "conveyor")),
                "kept": Kept(rate(worst)),
            }
