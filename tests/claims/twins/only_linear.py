"""The twin of the claim ``only_linear``."""

import math
import re

from tests.claims.sweep import Sweep, initializer, number


PATTERN = (
    r"With (?P<init>.+) weights (?P<name>.+) keeps between 1/10 and 10 times "
    r"its gradient over (?P<length>\S+) steps only where it is linear\."
)
KOREAN = (
    r"(?P<name>.+), (?P<init>.+) 가중치 — (?P<length>\S+)스텝 뒤에 남는 기울기가 "
    r"1/10과 10 사이인 것은 활성화 함수가 선형일 때뿐이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Linear it holds, with every other activation of these weights it does not."""
    group = sweep.combinations(match["name"])
    alike = [n for n in group if initializer(n.params["init"]) == match["init"]]
    assert len(alike) > 1
    for network in alike:
        holds = abs(network.course[network.length]) <= math.log(10)
        assert holds == (network.params["activation"] == "linear")
    assert "linear" in [n.params["activation"] for n in alike]
    assert number(match["length"]) == group[0].length
