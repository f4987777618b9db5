"""The twin of the claim ``same_share``."""

import math
import re

from tests.claims.sweep import SIZES, Sweep, courses


PATTERN = (
    rf"(?P<name>.+) loses about the same share at every step and keeps "
    rf"(?P<lefts>{SIZES}) of its gradient over (?P<lengths>[\d,]+(?:, "
    rf"[\d,]+)*) steps\."
)
KOREAN = (
    r"(?P<name>.+) — 매 스텝 거의 같은 비율을 잃는다: (?P<lengths>[\d,]+(?:, "
    rf"[\d,]+)*)스텝 뒤에 각각 (?P<lefts>{SIZES})만큼 남는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """That network has this left at these lengths, at one rate at every length."""
    found = courses(match, sweep)
    assert found
    for network in found:
        rates = [ln / length for length, ln in network.course.items()]
        assert len(rates) > 1
        assert network.left < -math.log(1000)
        assert all(0.8 < rate / rates[-1] < 1.2 for rate in rates)
