"""The twin of the claim ``input_gate_alone``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"Closing the input gate alone \(chrono's input biases, forget biases of "
    rf"0\) multiplies the gradient of (?P<cell>.+) by (?P<factor>{SIZE}) over "
    rf"(?P<length>\S+) steps\."
)
KOREAN = (
    rf"입력 게이트만 닫으면\(chrono의 입력 편향, 망각 편향은 0\) "
    rf"(?P<length>\S+)스텝 동안 기울기가 "
    rf"(?P<factor>{SIZE})배가 된다: (?P<cell>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this factor."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "0"
        and n.params["input_bias"] == "chrono"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
