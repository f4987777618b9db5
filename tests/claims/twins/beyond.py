"""The twin of the claim ``beyond``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"The longest reach is more than all (?P<length>\S+) steps, in "
    r"(?P<count>\S+) of the (?P<total>\S+) networks of this sweep\."
)
KOREAN = (
    r"가장 긴 도달 거리는 전체 (?P<length>\S+)스텝을 넘으며, 이 스윕의 네트워크 "
    r"(?P<total>\S+)개 중 (?P<count>\S+)개가 그렇다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    held = [n for n in sweep.every_reaching if n.steps == math.inf]
    length = max(n.length for n in held)
    assert number(match["count"]) == sum(n.length == length for n in held)
    assert number(match["total"]) == len(sweep.every_reaching)
    assert number(match["length"]) == length
    ended = [n.steps for n in sweep.every_reaching if n.steps < math.inf]
    assert max(ended, default=0) <= length
