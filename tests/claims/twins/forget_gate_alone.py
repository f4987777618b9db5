"""The twin of the claim ``forget_gate_alone``."""

import re

from tests.claims import control
from tests.claims.sweep import SIZE, Sweep


PATTERN = (
    rf"Opening the forget gate alone \(chrono's forget biases\) takes "
    rf"what is left in the (?P<cell>.+) after (?P<length>\S+) steps from "
    rf"(?P<base>{SIZE}) to (?P<left>{SIZE})\."
)
KOREAN = (
    r"(?P<cell>.+) — 망각 게이트만 열면\(chrono의 망각 편향\) "
    rf"(?P<length>\S+)스텝 뒤에 남는 기울기가 달라진다: (?P<base>{SIZE}) → "
    rf"(?P<left>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some cell with these biases has this left, and that with both at 0."""
    control.check(match, sweep, ("chrono", "0"))
