"""The twin of the claim ``longest_reach``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among, number


PATTERN = rf"The longest reach is (?P<steps>\d\S*) steps?, in {NAMED}\."
KOREAN = rf"가장 긴 도달 거리: (?P<steps>\d\S*)스텝, {korean.NAMED}\."


def check(match: re.Match, sweep: Sweep) -> None:
    """No network has a longer one."""
    most = max(n.steps for n in sweep.every_reaching)
    assert number(match["steps"]) == most
    among(match, [n for n in sweep.every_reaching if n.steps == most])
