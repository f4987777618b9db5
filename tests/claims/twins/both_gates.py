"""The twin of the claim ``both_gates``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"Chrono's forget and input biases together multiply the gradient of "
    rf"(?P<cell>.+) by (?P<factor>{SIZE}) over (?P<length>\S+) steps\."
)
KOREAN = (
    rf"chrono의 망각 편향과 입력 편향을 함께 쓰면 (?P<length>\S+)스텝 동안 기울기가 "
    rf"(?P<factor>{SIZE})배가 된다: (?P<cell>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this factor."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "chrono"
        and n.params["input_bias"] == "chrono"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
