"""The twin of the claim ``holding``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"Between 1/10 and 10 times the gradient is kept over (?P<length>\S+) steps in "
    r"(?P<count>\S+) of (?P<total>\S+) networks\."
)
KOREAN = (
    r"(?P<length>\S+)스텝에 걸쳐 잰 네트워크 (?P<total>\S+)개 가운데 "
    r"(?P<count>\S+)개에서 남는 기울기가 1/10과 10 사이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, over all networks of this length."""
    assert number(match["total"]) == len(sweep.networks) > 1
    held = [n for n in sweep.finite if abs(n.left) <= math.log(10)]
    assert number(match["count"]) == len(held)
    assert number(match["length"]) == sweep.length
