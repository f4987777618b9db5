"""The twin of the claim ``every_step_alike``."""

import math
import re

from tests.claims.backward import by_lag, with_loss
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"With a loss at every step the gradient by h keeps its size over "
    rf"all (?P<length>\S+) steps, to a factor of (?P<factor>{SIZE}), in "
    rf"every network\."
)
KOREAN = (
    r"손실이 모든 스텝에 있으면 모든 네트워크에서 (?P<length>\S+)스텝 내내 h에 "
    rf"대한 기울기의 크기가 유지된다\. 가장 큰 차이: (?P<factor>{SIZE})배\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The largest factor of all networks with a loss at every step."""
    found = with_loss(sweep, "every")
    curves = [by_lag(n).values() for n in found]
    factor = max(max(values) - min(values) for values in curves)
    assert factor < math.log(100)
    assert close(match["factor"], factor)
    assert number(match["length"]) == found[0].length
