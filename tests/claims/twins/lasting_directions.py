"""The twin of the claim ``lasting_directions``."""

import re

from tests.claims.holders import having, one_of
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"By its \[\[Lyapunov exponent\|Lyapunov exponents\]\] at (?P<hidden>\S+) hidden "
    r"units (?P<name>.+) keeps more than 1/1000 over (?P<length>\S+) steps? along "
    r"(?P<count>\S+) of (?P<all>\S+) directions\."
)
KOREAN = (
    r"(?P<name>.+) — \[\[Lyapunov exponent\|랴푸노프 지수\]\]로 재면 "
    r"(?P<length>\S+)스텝 동안 1/1000보다 많이 남는 방향은 (?P<all>\S+)개 중 "
    r"(?P<count>\S+)개다 \(은닉 유닛 (?P<hidden>\S+)개\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network's exponents above the rate of 1/1000, of all."""
    found = having(sweep, "lyapunov_exponents")
    one = one_of(match["name"], found)
    assert number(match["count"]) == one.lasting > 0
    assert number(match["all"]) == len(one.exponents)
    assert number(match["hidden"]) == one.params["hidden"]
    assert number(match["length"]) == one.length
