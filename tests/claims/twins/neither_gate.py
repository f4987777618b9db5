"""The twin of the claim ``neither_gate``."""

import re

from tests.claims import control
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"With both gates half open \(biases of 0\) (?P<left>{SIZE}) is left "
    rf"in the (?P<cell>.+) after (?P<length>\S+) steps\."
)
KOREAN = (
    r"(?P<cell>.+) — 두 게이트가 모두 반쯤 열려 있을 때\(편향 0\) "
    rf"(?P<length>\S+)스텝 뒤에 남는 기울기: (?P<left>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this left."""
    found = control.pairs(match["cell"], ("0", "0"), ("0", "0"), sweep)
    assert any(close(match["left"], network.left) for network, _ in found)
    assert number(match["length"]) == sweep.length
