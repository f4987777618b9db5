"""The twin of the claim ``below``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks measured over "
    r"(?P<length>\S+) steps less than 1/1000 of the gradient is left\."
)
KOREAN = (
    r"(?P<length>\S+)스텝에 걸쳐 잰 네트워크 (?P<total>\S+)개 가운데 "
    r"(?P<count>\S+)개에서 기울기의 1/1000도 남지 않는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    assert number(match["total"]) == len(sweep.reaching) > 1
    below = [n for n in sweep.reaching if math.isfinite(n.steps)]
    assert number(match["count"]) == len(below)
    assert number(match["length"]) == sweep.length
