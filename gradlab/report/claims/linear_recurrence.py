"""Networks whose recurrence is linear, so that the conveyor is all there is."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Value
from gradlab.report.story.labels import is_linear_recurrence


class LinearRecurrence(Claim):
    """What a cell's class declares, and the conformance suite holds it to."""

    name = "linear_recurrence"
    places = {"cell_state": 58, "conveyor": 82, "cuts": 75}
    text = {
        "en": (
            "The recurrence of $networks is linear and goes unit by unit: the conveyor "
            "carries all of the gradient, and there are no detours."
        ),
        "ko": (
            "유닛마다 따로 가는 선형 점화식: $networks — 컨베이어 벨트가 기울기 전부를 "
            "나르고 우회로는 없다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some network that was measured is of such a cell."""
        found = [n for n in networks.measured if is_linear_recurrence(n.cell)]
        if found:
            yield {"networks": Names(found)}
