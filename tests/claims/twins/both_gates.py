"""The twin of the claim ``both_gates``."""

import re

from tests.claims import control
from tests.claims.sweep import SIZE, Sweep


PATTERN = (
    rf"Opening the forget gate and closing the input gate together "
    rf"\(chrono\) takes what is left in the (?P<cell>.+) after "
    rf"(?P<length>\S+) steps from (?P<base>{SIZE}) to (?P<left>{SIZE})\."
)
KOREAN = (
    r"(?P<cell>.+) — 망각 게이트를 열고 입력 게이트를 함께 닫으면\(chrono\) "
    rf"(?P<length>\S+)스텝 뒤에 남는 기울기가 달라진다: (?P<base>{SIZE}) → "
    rf"(?P<left>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some cell with these biases has this left, and that with both at 0."""
    control.check(match, sweep, ("chrono", "chrono"))
