"""The twin of the claim ``one_direction``."""

import math
import re

from tests.claims.holders import having, one_of
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"After (?P<length>\S+) steps? the gradient of (?P<name>.+) is (?P<times>{SIZE}) "
    r"times as large as before, in (?P<kept>\S+) of (?P<size>\S+) directions\."
)
KOREAN = (
    rf"(?P<name>.+) — (?P<length>\S+)스텝 뒤의 기울기는 처음의 "
    rf"(?P<times>{SIZE})배이고, 남은 방향은 (?P<size>\S+)개 중 (?P<kept>\S+)개다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network's size and directions, fewer than two."""
    one = one_of(match["name"], having(sweep, "stable_rank"))
    assert one.finite
    assert abs(one.left) < math.log(1000)
    assert close(match["times"], one.left)
    assert one.directions < 2
    assert close(match["kept"], math.log(one.directions))
    assert number(match["size"]) == one.size
    assert number(match["length"]) == one.length
