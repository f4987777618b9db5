"""The twin of the claim ``no_lasting_direction``."""

import re

from tests.claims.holders import having
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"By \[\[Lyapunov exponent\|Lyapunov exponents\]\] no direction keeps more "
    r"than 1/1000 over (?P<length>\S+) steps? in (?P<count>\S+) of (?P<total>\S+) "
    r"networks\."
)
KOREAN = (
    r"\[\[Lyapunov exponent\|랴푸노프 지수\]\]로 재면 네트워크 (?P<total>\S+)개 중 "
    r"(?P<count>\S+)개에서 (?P<length>\S+)스텝 동안 1/1000보다 많이 남는 방향이 "
    r"하나도 없다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    found = having(sweep, "lyapunov_exponents")
    assert number(match["count"]) == sum(n.lasting == 0 for n in found) > 0
    assert number(match["total"]) == len(found)
    assert number(match["length"]) == found[0].length
