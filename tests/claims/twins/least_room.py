"""The twin of the claim ``least_room``."""

import math
import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names, number


PATTERN = (
    rf"The least room is in {NAMED}: at (?P<count>\S+) of (?P<total>\S+) gains "
    rf"between 1/1000 and 1000 of a gradient is left\."
)
KOREAN = (
    rf"여유가 가장 작은 네트워크: {korean.NAMED} — 게인 (?P<total>\S+)개 중 "
    r"(?P<count>\S+)개에서 남는 기울기가 1/1000과 1000 사이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No network has less room; all were measured at the same gains."""
    groups = sweep.groups("gain")
    assert len(groups) > 1
    gains = {n.params["gain"] for group in groups for n in group}
    assert all(len(group) == len(gains) for group in groups)
    rooms = {
        sweep.without(group[0], "gain"): sum(
            abs(n.course[n.length]) <= math.log(1000) for n in group
        )
        for group in groups
    }
    least = min(rooms.values())
    assert number(match["count"]) == least
    assert number(match["total"]) == len(gains)
    among_names(match, [name for name, room in rooms.items() if room == least])
