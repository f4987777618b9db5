"""The twin of the claim ``forget_gate_alone``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"Opening the forget gate alone \(chrono's forget biases, input biases "
    rf"of 0\) multiplies the gradient of (?P<cell>.+) by (?P<factor>{SIZE}) "
    rf"over (?P<length>\S+) steps\."
)
KOREAN = (
    rf"망각 게이트만 열면\(chrono의 망각 편향, 입력 편향은 0\) "
    rf"(?P<length>\S+)스텝 동안 기울기가 "
    rf"(?P<factor>{SIZE})배가 된다: (?P<cell>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this factor."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "chrono"
        and n.params["input_bias"] == "0"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
