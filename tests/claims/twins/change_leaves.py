"""The twin of the claim ``change_leaves``."""

import re

from tests.claims.settings import pair
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"(?P<name>.+) keeps (?P<after>{SIZE}) of its gradient over (?P<length>\S+) "
    rf"steps with (?P<change>.+), against (?P<before>{SIZE}) with (?P<default>.+)\."
)
KOREAN = (
    rf"(?P<name>.+) — (?P<length>\S+)스텝 뒤에 남는 기울기: 바꾸기 전 "
    rf"(?P<before>{SIZE}) \((?P<default>.+)\), 바꾼 뒤 (?P<after>{SIZE}) "
    rf"\((?P<change>.+)\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two differ in these settings alone; after the change it is nearer to 1."""
    found = pair(match["name"], match["default"], match["change"], sweep)
    ((before, after),) = found
    assert 2 * abs(after.left) <= abs(before.left) + 1e-9
    assert close(match["before"], before.left)
    assert close(match["after"], after.left)
    assert number(match["length"]) == sweep.length
