"""The twin of the claim ``one_reach``."""

import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"(?P<name>.+) loses all but 1/1000 of its gradient within (?P<steps>\S+) "
    r"steps?\."
)
KOREAN = r"(?P<name>.+) — 기울기가 (?P<steps>\S+)스텝 안에 1/1000 아래로 떨어진다\."


def check(match: re.Match, sweep: Sweep) -> None:
    """The only network."""
    (one,) = sweep.every
    assert match["name"] == one.label
    assert number(match["steps"]) == one.steps
