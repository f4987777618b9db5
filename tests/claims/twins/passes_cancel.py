"""The twin of the claim ``passes_cancel``."""

import math
import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names, number


PATTERN = (
    rf"At lag (?P<lag>\S+) parts cancel, the largest being larger than the whole, in "
    rf"{NAMED}\."
)
KOREAN = (
    rf"시차 (?P<lag>\S+) — 부분끼리 상쇄되어 가장 큰 부분이 전체보다 크다: "
    rf"{korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The networks whose largest part is larger than the whole."""
    lag, parts = sweep.largest_parts()
    assert number(match["lag"]) == lag
    larger = [
        name
        for name, (_, largest, whole) in parts.items()
        if largest - whole > math.log(1.05)
    ]
    among_names(match, larger)
