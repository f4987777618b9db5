"""What chrono does in a cell whose one gate both keeps and writes."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Cell, Claim, Left, Length, Networks, Value


class OneGate(Claim):
    """Opening the one gate to the past closes it to the candidate."""

    name = "one_gate"
    places = {"cell_state": 10, "control": 60}
    text = {
        "en": (
            "In the $cell, whose one gate both keeps and writes, chrono's "
            "biases leave $factor after $length steps."
        ),
        "ko": (
            "$cell — 게이트 하나가 지키기와 쓰기를 함께 맡는다. chrono 편향을 "
            "쓰면 $length스텝 뒤에 남는 기울기: $factor."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield networks with chrono biases and no input gate of their own."""
        for network in networks.finite:
            params = network.row.params
            one = params.get("input_bias") is None and network.customary
            if one and params.get("forget_bias") == "chrono":
                yield {
                    "cell": Cell(network.cell),
                    "factor": Left(network.ln_left),
                    "length": Length(networks.length),
                }
