"""The twin of the claim ``largest_gain``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"At gain (?P<gain>\S+), the largest, (?P<count>\S+) of (?P<total>\S+) networks "
    r"multiply the gradient by more than 1000 or leave the range of numbers\."
)
KOREAN = (
    r"가장 큰 게인 (?P<gain>\S+): 네트워크 (?P<total>\S+)개 중 (?P<count>\S+)개에서 "
    r"기울기가 1000배 넘게 커지거나 수의 범위를 벗어난다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, of all networks of several gains that were measured at this one."""
    several = [n for group in sweep.groups("gain") for n in group]
    largest = max(n.params["gain"] for n in several)
    assert match["gain"] == f"{largest:g}"
    there = [n for n in several if n.params["gain"] == largest]
    explode = [
        n
        for n in there
        if any(math.isnan(v) or v == math.inf for v in n.lefts)
        or n.course[n.length] > math.log(1000)
    ]
    assert number(match["count"]) == len(explode) > 0
    assert number(match["total"]) == len(there) > 1
