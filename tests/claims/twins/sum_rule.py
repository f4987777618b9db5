"""The twin of the claim ``sum_rule``."""

import re

from tests.claims.sweep import OFF, Sweep, close_off, number


PATTERN = (
    rf"The Lyapunov exponents of (?P<count>\S+) points sum to the mean log determinant "
    rf"of the Jacobians to within (?P<error>{OFF}) nats a step\."
)
KOREAN = (
    rf"점 (?P<count>\S+)개에서, 랴푸노프 지수의 합은 야코비 행렬의 로그 행렬식 "
    rf"평균과 같다 \(가장 큰 차이: 스텝당 (?P<error>{OFF}) nat\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both numbers, over all points that have one."""
    table = sweep.whole
    found = table["value"][table["measure"] == "sum_rule_residual"].dropna()
    assert number(match["count"]) == len(found) > 0
    assert close_off(match["error"], found.max())
