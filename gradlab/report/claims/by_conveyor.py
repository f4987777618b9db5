"""A network whose gradient is carried by the conveyor."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value
from gradlab.report.evidence.roads import carried, carrier, left


class ByConveyor(Claim):
    """A gradient that is not lost, and the sizes of its two parts."""

    name = "by_conveyor"
    places = {"cell_state": 50, "conveyor": 70}
    text = {
        "en": (
            "The conveyor carries the gradient of $network: after $length steps it "
            "alone leaves $conveyor, the detours alone $detours."
        ),
        "ko": (
            "$network — 기울기를 나르는 것은 컨베이어 벨트다: $length스텝 뒤에 "
            "컨베이어 벨트만으로는 $conveyor, 우회로만으로는 $detours만큼 남는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield those with PyTorch's weights, then with both h and c, first."""
        found = [n for n in networks.measured if carrier(n) == "conveyor"]
        clear = {id(n): left(n, "conveyor") - left(n, "detours") for n in found}
        found.sort(
            key=lambda n: (n.customary, carried(n) == "cc", clear[id(n)]), reverse=True
        )
        for network in found:
            yield {
                "network": Names([network]),
                "length": Length(networks.length),
                "conveyor": Left(left(network, "conveyor")),
                "detours": Left(left(network, "detours")),
            }
