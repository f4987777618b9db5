"""The twin of the claim ``neither_gate``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"With both gates half open \(biases of 0\) the gradient of (?P<cell>.+) "
    rf"is multiplied by (?P<factor>{SIZE}) over (?P<length>\S+) steps\."
)
KOREAN = (
    rf"두 게이트가 모두 반쯤 열려 있으면\(편향 0\) (?P<length>\S+)스텝 동안 기울기가 "
    rf"(?P<factor>{SIZE})배가 된다: (?P<cell>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this factor."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "0"
        and n.params["input_bias"] == "0"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
