"""The twin of the claim ``little_change``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"Between (?P<short>\S+) and (?P<long>\S+) steps what is left changes less than "
    r"tenfold in (?P<count>\S+) of (?P<total>\S+) networks\."
)
KOREAN = (
    r"(?P<short>\S+)스텝과 (?P<long>\S+)스텝 사이에서 남는 기울기가 10배 넘게 바뀌지 "
    r"않는 네트워크: (?P<total>\S+)개 중 (?P<count>\S+)개\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, of networks measured over the shortest and the longest length."""
    several = [n for n in sweep.every if len(n.course) > 1]
    several = [n for n in several if all(map(math.isfinite, n.course.values()))]
    short = min(length for n in several for length in n.course)
    long = max(length for n in several for length in n.course)
    both = [n for n in several if short in n.course and long in n.course]
    little = [n for n in both if abs(n.course[long] - n.course[short]) < math.log(10)]
    assert (number(match["short"]), number(match["long"])) == (short, long)
    assert number(match["count"]) == len(little)
    assert number(match["total"]) == len(both) > 1
