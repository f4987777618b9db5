"""The twin of the claim ``most_left``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, SIZE, Sweep, among, close, number


PATTERN = (
    rf"The most that is left after (?P<length>\S+) steps is (?P<left>{SIZE}), in "
    rf"{NAMED}\."
)
KOREAN = (
    rf"(?P<length>\S+)스텝 뒤에 가장 많이 남는 기울기: (?P<left>{SIZE}), "
    rf"{korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No network has more, and all of them have something finite."""
    assert len(sweep.finite) == len(sweep.networks)
    most = max(n.left for n in sweep.finite)
    assert close(match["left"], most)
    assert number(match["length"]) == sweep.length
    among(match, [n for n in sweep.finite if n.left > most - 1e-9])
