"""With how many weights and activations a network keeps its gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._combinations import combinations, holds
from gradlab.report.claims.base import Claim, Count, Length, Names, Networks, Value


class WeightsHold(Claim):
    """Combinations that leave between 1/10 and 10 of a gradient."""

    name = "weights_hold"
    places = {"weights": 90, "top": 47}
    text = {
        "en": (
            "With $count of $total combinations of weights and activation $network "
            "keeps between 1/10 and 10 times its gradient over $length steps."
        ),
        "ko": (
            "$network — 가중치와 활성화 함수 조합 $total개 중 $count개에서 "
            "$length스텝 뒤에 남는 기울기가 1/10과 10 사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two combinations or more of one network."""
        found = combinations(networks)
        if found:
            yield {
                "count": Count(sum(map(holds, found))),
                "total": Count(len(found)),
                "network": Names(found[:1], without=("init", "activation")),
                "length": Length(found[0].length),
            }
