"""The twin of the claim ``one_gate``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"In (?P<cell>.+), whose one gate both keeps and writes, chrono's biases "
    rf"multiply the gradient by (?P<factor>{SIZE}) over (?P<length>\S+) "
    rf"steps\."
)
KOREAN = (
    rf"게이트가 하나뿐인 셀: chrono의 편향을 쓰면 (?P<length>\S+)스텝 동안 기울기가 "
    rf"(?P<factor>{SIZE})배가 된다 \((?P<cell>.+)\)\."
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
