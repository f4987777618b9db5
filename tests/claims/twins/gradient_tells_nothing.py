"""The twin of the claim ``gradient_tells_nothing``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import KOREAN_RUNS, RUNS, parted, right_by, scope


PATTERN = (
    r"No size of the gradient at the first input before training tells the "
    rf"(?P<count>\S+) {RUNS} that succeeded from the other (?P<others>\S+)\."
)
KOREAN = (
    rf"학습 전 첫 입력의 기울기의 크기로는 성공한 {KOREAN_RUNS} (?P<count>\S+)개와 "
    r"나머지 (?P<others>\S+)개를 가르지 못한다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, and that no power of ten is right of more runs than either."""
    scope(match["epsilon"], sweep)
    found = parted(sweep)
    count = sum(run.succeeded for run in found)
    others = len(found) - count
    assert number(match["count"]) == count > 0
    assert number(match["others"]) == others > 0
    assert right_by(found) <= max(count, others)
