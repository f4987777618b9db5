"""The twin of the claim ``room``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"At (?P<count>\S+) of (?P<total>\S+) gains between 1/1000 and 1000 of a gradient "
    r"is left in (?P<name>.+)\."
)
KOREAN = (
    r"(?P<name>.+) — 게인 (?P<total>\S+)개 중 (?P<count>\S+)개에서 남는 기울기가 "
    r"1/1000과 1000 사이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, of the one network of this name."""
    (group,) = [
        group
        for group in sweep.groups("gain")
        if sweep.without(group[0], "gain") == match["name"]
    ]
    within = [n for n in group if abs(n.course[n.length]) <= math.log(1000)]
    assert number(match["count"]) == len(within)
    assert number(match["total"]) == len({n.params["gain"] for n in group})
