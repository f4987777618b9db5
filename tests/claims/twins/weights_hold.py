"""The twin of the claim ``weights_hold``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"With (?P<count>\S+) of (?P<total>\S+) combinations of weights and "
    r"activation (?P<name>.+) keeps between 1/10 and 10 times its gradient "
    r"over (?P<length>\S+) steps\."
)
KOREAN = (
    r"(?P<name>.+) — 가중치와 활성화 함수 조합 (?P<total>\S+)개 중 "
    r"(?P<count>\S+)개에서 (?P<length>\S+)스텝 뒤에 남는 기울기가 1/10과 10 "
    r"사이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, of the one network of this name."""
    group = sweep.combinations(match["name"])
    holding = [n for n in group if abs(n.course[n.length]) <= math.log(10)]
    assert number(match["count"]) == len(holding)
    assert number(match["total"]) == len(group)
    assert number(match["length"]) == group[0].length
