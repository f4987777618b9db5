"""The twin of the claim ``below_epsilon``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, number
from tests.claims.training import TASK, on, one_of, power, told_apart


PATTERN = (
    rf"All (?P<total>\S+) runs of (?P<network>.+) failed on {TASK}: the gradient at "
    rf"the first input was at most (?P<largest>{SIZE}) in them, and the optimizer "
    r"divides it by no less than its epsilon of (?P<epsilon>\S+), so that it hardly "
    r"moves a weight\."
)
KOREAN = (
    rf"(?P<network>.+) — {TASK}에서 실행 (?P<total>\S+)개가 모두 실패했다\. 첫 입력의 "
    rf"기울기는 커야 (?P<largest>{SIZE})\. 최적화 기법은 이를 적어도 "
    r"엡실론\((?P<epsilon>\S+)\)만큼 큰 수로 나누므로 가중치가 거의 움직이지 "
    r"않는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No run succeeded, and each had a gradient below a thousandth of epsilon."""
    least = one_of(match["network"], match["task"], sweep)
    setting = least.runs[0].setting
    others = [g for g in on(match["task"], sweep) if g.runs[0].setting == setting]
    told_apart(max(others, key=lambda g: g.share), least, sweep)
    assert number(match["total"]) == len(least.runs)
    assert least.count == 0
    epsilon = power(match["epsilon"])
    assert {run.epsilon for run in least.runs} == {epsilon}
    largest = max(run.gradient for run in least.runs)
    assert close(match["largest"], largest * math.log(10))
    assert largest < math.log10(epsilon) - 3
