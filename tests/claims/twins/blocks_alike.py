"""The twin of the claim ``blocks_alike``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks with both h and c all four blocks "
    r"keep the same share a step, to one percentage point, over the later half of the "
    r"lags\."
)
KOREAN = (
    r"h와 c를 함께 지닌 네트워크 (?P<total>\S+)개 중 (?P<count>\S+)개에서, "
    r"시차의 뒤쪽 절반 동안 네 블록의 스텝당 남는 비율이 1 %p 안에서 같다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, over all networks with four finite blocks."""
    found = [r for n in sweep.networks if (r := sweep.late_rates(n))]
    gaps = [math.exp(max(r.values())) - math.exp(min(r.values())) for r in found]
    assert number(match["total"]) == len(gaps)
    assert number(match["count"]) == sum(gap <= 0.01 for gap in gaps) > 0
