"""After how many changes of one setting a network holds its gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Length, Names, Networks, Value
from gradlab.report.evidence.changes import changes, holds


class ChangesHold(Claim):
    """All that was tried on a network, one setting at a time."""

    name = "changes_hold"
    places = {"remedies": 80}
    text = {
        "en": (
            "With $count of $total single changes of bias, weights, gain or activation "
            "$network keeps between 1/10 and 10 times its gradient over $length steps."
        ),
        "ko": (
            "$network — 편향, 가중치, 게인, 활성화 함수 중 하나만 바꾼 $total가지 "
            "가운데 $count가지에서 $length스텝 뒤에 남는 기울기가 1/10과 10 "
            "사이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each network with two such changes, the most that hold first."""
        found = [[c for c in group if c.single] for group in changes(networks)]
        counted = [(sum(holds(c.after) for c in group), group) for group in found]
        for count, group in sorted(counted, key=lambda pair: -pair[0]):
            if len(group) > 1:
                yield {
                    "total": Count(len(group)),
                    "count": Count(count),
                    "length": Length(networks.length),
                    "network": Names([group[0].before]),
                }
