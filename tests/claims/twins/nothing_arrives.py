"""The twin of the claim ``nothing_arrives``."""

import math
import re

from tests.claims.backward import with_loss
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"With the loss at the last of (?P<length>\S+) steps, the gradient by h_\{0\} "
    r"comes out as exactly 0 in (?P<count>\S+) of (?P<total>\S+) networks\."
)
KOREAN = (
    r"손실이 (?P<length>[\d,]+)스텝의 마지막에만 있을 때 h_\{0\}에 대한 기울기가 "
    r"정확히 0으로 나온 네트워크: (?P<total>\S+)개 중 (?P<count>\S+)개\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Networks with -inf in all seeds at the first step, of all with such a loss."""
    found = with_loss(sweep, "last")
    zero = [n for n in found if set(n.values(block="h", step=0)) == {-math.inf}]
    assert number(match["count"]) == len(zero) > 0
    assert number(match["total"]) == len(found)
    assert number(match["length"]) == found[0].length
