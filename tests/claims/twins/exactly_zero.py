"""The twin of the claim ``exactly_zero``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks some seed's gradient is exactly 0 "
    r"after (?P<length>\S+) steps\."
)
KOREAN = (
    r"네트워크 (?P<total>\S+)개 중 (?P<count>\S+)개에서 일부 시드의 기울기가 "
    r"(?P<length>\S+)스텝 뒤에 정확히 0이 된다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    dead = [n for n in sweep.networks if -math.inf in n.lefts]
    assert number(match["count"]) == len(dead) > 0
    assert number(match["total"]) == len(sweep.networks)
    assert number(match["length"]) == sweep.length
