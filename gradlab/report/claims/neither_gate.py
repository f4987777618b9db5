"""What is left where the gates have biases of 0."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._control import pairs
from gradlab.report.claims.base import Cell, Claim, Left, Length, Networks, Value


class NeitherGate(Claim):
    """Both gates half open."""

    name = "neither_gate"
    places = {"control": 70}
    text = {
        "en": (
            "With both gates half open (biases of 0) $left is left in the $cell "
            "after $length steps."
        ),
        "ko": (
            "$cell — 두 게이트가 모두 반쯤 열려 있을 때(편향 0) $length스텝 뒤에 "
            "남는 기울기: $left."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each finite network with PyTorch's weights and these biases."""
        for network, _ in pairs(networks, (0.0, 0.0), (0.0, 0.0)):
            yield {
                "left": Left(network.ln_left),
                "cell": Cell(network.cell),
                "length": Length(networks.length),
            }
