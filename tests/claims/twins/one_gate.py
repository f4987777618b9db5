"""The twin of the claim ``one_gate``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"In the (?P<cell>.+), whose one gate both keeps and writes, "
    rf"chrono's biases leave (?P<factor>{SIZE}) after (?P<length>\S+) "
    rf"steps\."
)
KOREAN = (
    r"(?P<cell>.+) — 게이트 하나가 지키기와 쓰기를 함께 맡는다\. chrono 편향을 "
    rf"쓰면 (?P<length>\S+)스텝 뒤에 남는 기울기: (?P<factor>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights and chrono biases has no input gate's."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "chrono"
        and n.params["input_bias"] is None
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
