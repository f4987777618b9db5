"""What dh/dh alone says of a network that has a cell state."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Kept, Names, Networks, Value
from gradlab.report.evidence.predictors import TEN, hidden_gap, misread
from gradlab.report.evidence.roads import rate


class HiddenAlone(Claim):
    """The largest gap between the rate of dh/dh at fixed c and that of the whole."""

    name = "hidden_alone"
    places = {"predictors": 70}
    text = {
        "en": (
            "Code that multiplies the dh/dh of each step, without the path along c, is "
            "farthest off for $network: it finds $alone kept per step, where the whole "
            "state keeps $kept."
        ),
        "ko": (
            "c를 따라가는 경로를 빼고 스텝마다의 dh/dh만 곱하면 값이 가장 크게 "
            "빗나가는 네트워크: $network (스텝당 남는 비율이 이 값으로는 $alone, "
            "전체 상태로는 $kept)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """It is a factor of ten or more over the whole sequence."""
        found = misread(networks)
        worst = max(found, key=lambda n: abs(hidden_gap(n)), default=None)
        if worst is not None and abs(hidden_gap(worst)) * worst.length >= TEN:
            yield {
                "network": Names([worst]),
                "alone": Kept(rate(worst, "no_cell_path")),
                "kept": Kept(rate(worst)),
            }
