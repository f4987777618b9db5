"""The twin of the claim ``every_step_alike``."""

import math
import re

from tests.claims.backward import by_lag, with_loss
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    r"With a loss at each of (?P<length>\S+) steps, the largest factor between the "
    rf"gradients by h_\{{1\}} to h_\{{T\}} of one network is (?P<factor>{SIZE})\."
)
KOREAN = (
    r"손실이 (?P<length>[\d,]+)스텝 모두에 있을 때 한 네트워크 안에서 h_\{1\}부터 "
    rf"h_\{{T\}}까지의 기울기가 가장 크게 차이 나는 배수: (?P<factor>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The largest factor of all networks with a loss at every step."""
    found = with_loss(sweep, "every")
    curves = [by_lag(n).values() for n in found]
    factor = max(max(values) - min(values) for values in curves)
    assert factor < math.log(100)
    assert close(match["factor"], factor)
    assert number(match["length"]) == found[0].length
