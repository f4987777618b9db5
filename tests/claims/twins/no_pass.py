"""The twin of the claim ``no_pass``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names, number


PATTERN = (
    rf"At lag (?P<lag>\S+) the largest part has made no pass through the recurrent "
    rf"weights in {NAMED}\."
)
KOREAN = (
    rf"시차 (?P<lag>\S+) — 가장 큰 부분이 순환 가중치를 한 번도 지나지 않은 네트워크: "
    rf"{korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The networks whose largest part is that of no pass."""
    lag, parts = sweep.largest_parts()
    assert number(match["lag"]) == lag
    among_names(match, [name for name, (part, *_) in parts.items() if part == "0"])
