"""A network whose gradient is carried by the detours."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value
from gradlab.report.evidence.roads import carried, carrier, left


class ByDetours(Claim):
    """A gradient that is not lost, and the sizes of its two parts."""

    name = "by_detours"
    places = {"cell_state": 55, "conveyor": 80}
    text = {
        "en": (
            "The detours carry the gradient of $network: after $length steps they "
            "alone leave $detours, the conveyor alone $conveyor."
        ),
        "ko": (
            "$network — 기울기를 나르는 것은 우회로다: $length스텝 뒤에 "
            "우회로만으로는 $detours, 컨베이어 벨트만으로는 $conveyor만큼 남는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield those with PyTorch's weights, then with both h and c, first."""
        found = [n for n in networks.measured if carrier(n) == "detours"]
        clear = {id(n): left(n, "detours") - left(n, "conveyor") for n in found}
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
