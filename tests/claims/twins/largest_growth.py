"""The twin of the claim ``largest_growth``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, SIZE, Sweep, among, close, number


PATTERN = (
    rf"The largest growth is (?P<times>{SIZE}) times over (?P<length>\S+) steps, in "
    rf"{NAMED}\."
)
KOREAN = (
    rf"가장 많이 커지는 기울기: (?P<length>\S+)스텝 동안 (?P<times>{SIZE})배, "
    rf"{korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No finite network grows more, and it grows."""
    most = max(n.left for n in sweep.every_finite)
    assert most > 0
    assert close(match["times"], most)
    found = [n for n in sweep.every_finite if n.left > most - 1e-9]
    assert number(match["length"]) == found[0].length
    among(match, [n for n in found if n.length == found[0].length])
