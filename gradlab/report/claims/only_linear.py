"""Weights with which a network keeps its gradient only as a linear one."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._combinations import combinations, holds
from gradlab.report.claims.base import Claim, Init, Length, Names, Networks, Value


class OnlyLinear(Claim):
    """Of several activations none but the identity leaves about all."""

    name = "only_linear"
    places = {"weights": 80}
    text = {
        "en": (
            "With $init weights $network keeps between 1/10 and 10 times its "
            "gradient over $length steps only where it is linear."
        ),
        "ko": (
            "$network, $init 가중치 — $length스텝 뒤에 남는 기울기가 1/10과 10 "
            "사이인 것은 활성화 함수가 선형일 때뿐이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each such way to draw the weights, where another activation was run."""
        found = combinations(networks)
        for init in dict.fromkeys(n.row.params["init"] for n in found):
            alike = [n for n in found if n.row.params["init"] == init]
            holding = [n.row.params["activation"] for n in alike if holds(n)]
            if holding == ["linear"] and len(alike) > 1:
                yield {
                    "init": Init(init),
                    "network": Names(alike[:1], without=("init", "activation")),
                    "length": Length(alike[0].length),
                }
