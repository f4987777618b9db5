"""The twin of the claim ``few_directions``."""

import math
import re

from tests.claims.holders import having
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks with more than 1/1000 of their "
    r"gradient left after (?P<length>\S+) steps?, fewer than 2 directions are left\."
)
KOREAN = (
    r"(?P<length>\S+)스텝 뒤에 기울기가 1/1000보다 많이 남은 네트워크 "
    r"(?P<total>\S+)개 가운데 (?P<count>\S+)개에서 남은 방향이 2개가 안 된다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    found = having(sweep, "stable_rank")
    held = [n for n in found if n.finite and n.left > math.log(1e-3)]
    ranks = [n.directions for n in held if not math.isnan(n.directions)]
    assert number(match["total"]) == len(ranks) > 1
    assert number(match["count"]) == sum(rank < 2 for rank in ranks)
    assert number(match["length"]) == held[0].length
