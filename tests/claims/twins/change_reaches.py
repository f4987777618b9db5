"""The twin of the claim ``change_reaches``."""

import re

from tests.claims.settings import KOREAN_REACH, REACH, pair, reach
from tests.claims.sweep import Sweep


PATTERN = (
    rf"(?P<name>.+) reaches (?P<after>{REACH}) with (?P<change>.+), against "
    rf"(?P<before>{REACH}) with (?P<default>.+)\."
)
KOREAN = (
    rf"(?P<name>.+) — 도달 거리: 바꾸기 전 (?P<before>{KOREAN_REACH}) "
    rf"\((?P<default>.+)\), 바꾼 뒤 (?P<after>{KOREAN_REACH}) \((?P<change>.+)\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two differ in these settings alone; the second reaches farther."""
    found = pair(match["name"], match["default"], match["change"], sweep)
    ((before, after),) = found
    near, far = (reach(match[group], sweep.length) for group in ("before", "after"))
    assert before.steps == near < far == after.steps
    assert before in sweep.reaching
