"""The twin of the claim ``not_finite``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks some seed leaves the range of "
    r"numbers within (?P<length>\S+) steps\."
)
KOREAN = (
    r"네트워크 (?P<total>\S+)개 중 (?P<count>\S+)개에서 일부 시드의 기울기가 "
    r"(?P<length>\S+)스텝 안에 수의 범위를 벗어난다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    lost = [
        network
        for network in sweep.networks
        if any(math.isnan(v) or v == math.inf for v in network.lefts)
    ]
    assert number(match["count"]) == len(lost) > 0
    assert number(match["total"]) == len(sweep.networks)
    assert number(match["length"]) == sweep.length
