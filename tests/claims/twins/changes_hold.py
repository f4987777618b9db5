"""The twin of the claim ``changes_hold``."""

import math
import re

from tests.claims.settings import after_one_change
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"With (?P<count>\S+) of (?P<total>\S+) single changes of bias, weights, gain or "
    r"activation (?P<name>.+) keeps between 1/10 and 10 times its gradient over "
    r"(?P<length>\S+) steps\."
)
KOREAN = (
    r"(?P<name>.+) — 편향, 가중치, 게인, 활성화 함수 중 하나만 바꾼 "
    r"(?P<total>\S+)가지 가운데 (?P<count>\S+)가지에서 (?P<length>\S+)스텝 뒤에 "
    r"남는 기울기가 1/10과 10 사이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, over all networks that differ in one of these settings."""
    after = after_one_change(sweep.named(match["name"]), sweep)
    assert number(match["total"]) == len(after) > 1
    holding = [n for n in after if n.finite and abs(n.left) <= math.log(10)]
    assert number(match["count"]) == len(holding)
    assert number(match["length"]) == sweep.length
