"""What closing the input gate does to the detours."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims._control import pairs
from gradlab.report.claims.base import Cell, Claim, Left, Length, Networks, Value
from gradlab.report.evidence.roads import left


class InputGateDetours(Claim):
    """The detours with the input gate half open, and closed by chrono's biases."""

    name = "input_gate_detours"
    places = {"cell_state": 83, "control": 88, "conveyor": 40}
    text = {
        "en": (
            "With the forget gate open (chrono), closing the input gate weakens "
            "the detours of the $cell: after $length steps they leave $closed "
            "instead of $open."
        ),
        "ko": (
            "$cell — 망각 게이트가 열려 있을 때(chrono) 입력 게이트를 닫으면 "
            "우회로가 약해진다: $length스텝 뒤에 우회로로 남는 기울기 $open → "
            "$closed."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield pairs with chrono's forget biases of which the closed one has less."""
        for half, shut in pairs(networks, ("chrono", 0.0), ("chrono", "chrono")):
            more, less = left(half, "detours"), left(shut, "detours")
            if math.isfinite(more) and math.isfinite(less) and less < more - 0.1:
                yield {
                    "cell": Cell(half.cell),
                    "length": Length(networks.length),
                    "closed": Left(less),
                    "open": Left(more),
                }
