"""The twin of the claim ``most_directions``."""

import math
import re

from tests.claims.holders import having, one_of
from tests.claims.sweep import Sweep, close, number


PATTERN = (
    r"No network with more than 1/1000 of its gradient left after (?P<length>\S+) "
    r"steps? has more directions than (?P<name>.+): (?P<kept>\S+) of (?P<size>\S+)\."
)
KOREAN = (
    r"(?P<length>\S+)스텝 뒤에 기울기가 1/1000보다 많이 남은 네트워크 가운데 방향이 "
    r"가장 많은 것: (?P<size>\S+)개 중 (?P<kept>\S+)개, (?P<name>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No other of those networks has more."""
    found = having(sweep, "stable_rank")
    held = [n for n in found if n.finite and n.left > math.log(1e-3)]
    most = one_of(match["name"], held)
    ranks = [n.directions for n in held if not math.isnan(n.directions)]
    assert len(ranks) > 1
    assert most.directions == max(ranks) >= 2
    assert close(match["kept"], math.log(most.directions))
    assert number(match["size"]) == most.size
    assert number(match["length"]) == most.length
