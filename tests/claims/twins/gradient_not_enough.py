"""The twin of the claim ``gradient_not_enough``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import KOREAN_RUNS, RUNS, best_bound, parted, scope


PATTERN = (
    rf"A gradient alone is not enough: (?P<count>\S+) of the (?P<total>\S+) {RUNS} "
    r"that had more than 10\^\{(?P<bound>-?\d+)\} never succeeded\."
)
KOREAN = (
    r"기울기만으로는 충분하지 않다: 기울기가 10\^\{(?P<bound>-?\d+)\}보다 큰 "
    rf"{KOREAN_RUNS} (?P<total>\S+)개 중 (?P<count>\S+)개는 끝내 성공하지 못했다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Runs beyond the best bound, and those of them that never succeeded."""
    scope(match["epsilon"], sweep)
    found, bound = parted(sweep), int(match["bound"])
    best_bound(bound, found)
    above = [run for run in found if run.gradient >= bound]
    assert number(match["total"]) == len(above)
    assert number(match["count"]) == sum(not run.succeeded for run in above) > 0
