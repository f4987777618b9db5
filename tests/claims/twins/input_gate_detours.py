"""The twin of the claim ``input_gate_detours``."""

import re

from tests.claims import control
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"With the forget gate open \(chrono\), closing the input gate "
    rf"weakens the detours of the (?P<cell>.+): after (?P<length>\S+) "
    rf"steps they leave (?P<closed>{SIZE}) instead of (?P<open>{SIZE})\."
)
KOREAN = (
    r"(?P<cell>.+) — 망각 게이트가 열려 있을 때\(chrono\) 입력 게이트를 닫으면 "
    r"우회로가 약해진다: (?P<length>\S+)스텝 뒤에 우회로로 남는 기울기 "
    rf"(?P<open>{SIZE}) → (?P<closed>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some cell has both, the second with less."""
    settings = ("chrono", "0"), ("chrono", "chrono")
    found = [
        tuple(sweep.left_of(n, "detours") for n in pair)
        for pair in control.pairs(match["cell"], *settings, sweep)
    ]
    assert any(
        less < more and close(match["open"], more) and close(match["closed"], less)
        for more, less in found
    )
    assert number(match["length"]) == sweep.length
