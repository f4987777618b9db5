"""The twin of the claim ``arrives``."""

import math
import re

from tests.claims.backward import by_lag
from tests.claims.holders import having, one_of
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    r"The gradient of the loss by h (?P<steps>\S+) steps? before the last one is "
    rf"(?P<times>{SIZE}) times that at the last one, in (?P<name>.+)\."
)
KOREAN = (
    r"손실의 h에 대한 기울기: (?P<steps>[\d,]+)스텝 전에는 마지막 스텝의 "
    rf"(?P<times>{SIZE})배 \((?P<name>.+)\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The first step with a gradient in all seeds, and its size there."""
    ln = by_lag(one_of(match["name"], having(sweep, "loss_gradient")))
    first = max(lag for lag, value in ln.items() if math.isfinite(value))
    assert number(match["steps"]) == first > 0
    assert close(match["times"], ln[first] - ln[0])
