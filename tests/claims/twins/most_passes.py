"""The twin of the claim ``most_passes``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names, number


PATTERN = (
    rf"At lag (?P<lag>\S+) the largest part has made (?P<more_than>more than )?"
    rf"(?P<count>\d+) pass(?:es)? through the recurrent weights in {NAMED}\."
)
KOREAN = (
    rf"시차 (?P<lag>\S+) — 가장 큰 부분이 순환 가중치를 지난 횟수: "
    rf"(?P<count>\d+)번(?P<more_than> 초과)?, {korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The networks whose largest part has made so many passes."""
    lag, parts = sweep.largest_parts()
    assert number(match["lag"]) == lag
    if match["more_than"]:
        told = {k[4] for k in sweep._values if k[2] == "recurrent_passes"}
        assert int(match["count"]) == max(int(p) for p in told if p.isdigit())
    part = "more" if match["more_than"] else match["count"]
    among_names(match, [name for name, (found, *_) in parts.items() if found == part])
