"""The twin of the claim ``some_directions``."""

import math
import re

from tests.claims.holders import having, one_of
from tests.claims.sweep import Sweep, close, number


PATTERN = (
    r"After (?P<length>\S+) steps? what is left of the gradient of (?P<name>.+) has "
    r"(?P<kept>\S+) of (?P<size>\S+) directions\."
)
KOREAN = (
    r"(?P<name>.+) — (?P<length>\S+)스텝 뒤에 남은 기울기의 방향: (?P<size>\S+)개 중 "
    r"(?P<kept>\S+)개\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network's directions."""
    one = one_of(match["name"], having(sweep, "stable_rank"))
    assert close(match["kept"], math.log(one.directions))
    assert number(match["size"]) == one.size
    assert number(match["length"]) == one.length
