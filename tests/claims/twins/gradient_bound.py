"""The twin of the claim ``gradient_bound``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import KOREAN_RUNS, RUNS, best_bound, parted, scope


PATTERN = (
    r"A gradient of 10\^\{(?P<bound>-?\d+)\} at the first input before training parts "
    rf"the {RUNS} best: (?P<below>\S+) of (?P<below_total>\S+) below it succeeded, "
    r"(?P<above>\S+) of (?P<above_total>\S+) above it\."
)
KOREAN = (
    r"학습 전 첫 입력의 기울기 10\^\{(?P<bound>-?\d+)\} — "
    rf"{KOREAN_RUNS} 가운데 이보다 작은 (?P<below_total>\S+)개 중 "
    r"(?P<below>\S+)개, 이보다 큰 (?P<above_total>\S+)개 중 (?P<above>\S+)개가 "
    r"성공했다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The counts at both sides, and that no other power of ten parts better."""
    scope(match["epsilon"], sweep)
    found, bound = parted(sweep), int(match["bound"])
    best_bound(bound, found)
    below = [run for run in found if run.gradient < bound]
    above = [run for run in found if run.gradient >= bound]
    assert number(match["below_total"]) == len(below)
    assert number(match["below"]) == sum(run.succeeded for run in below)
    assert number(match["above_total"]) == len(above)
    assert number(match["above"]) == sum(run.succeeded for run in above)
