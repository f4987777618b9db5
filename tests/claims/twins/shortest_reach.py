"""The twin of the claim ``shortest_reach``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among, number


PATTERN = rf"The shortest reach is (?P<steps>\S+) steps?, in {NAMED}\."
KOREAN = rf"가장 짧은 도달 거리: (?P<steps>\S+)스텝, {korean.NAMED}\."


def check(match: re.Match, sweep: Sweep) -> None:
    """No network has a shorter one."""
    least = min(n.steps for n in sweep.every_reaching)
    assert number(match["steps"]) == least
    among(match, [n for n in sweep.every_reaching if n.steps == least])
