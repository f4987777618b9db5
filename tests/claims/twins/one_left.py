"""The twin of the claim ``one_left``."""

import re

from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"(?P<name>.+) keeps (?P<left>{SIZE}) of its gradient over "
    rf"(?P<length>\S+) steps\."
)
KOREAN = rf"(?P<name>.+) — (?P<length>\S+)스텝 뒤에 남는 기울기: (?P<left>{SIZE})\."


def check(match: re.Match, sweep: Sweep) -> None:
    """The only finite network."""
    (one,) = sweep.finite
    assert match["name"] == one.label
    assert close(match["left"], one.left)
    assert number(match["length"]) == sweep.length
