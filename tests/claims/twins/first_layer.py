"""The twin of the claim ``first_layer``."""

import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks of several layers the first layer "
    r"keeps the least a step\."
)
KOREAN = (
    r"여러 층으로 된 네트워크 (?P<total>\S+)개 가운데 (?P<count>\S+)개에서 "
    r"첫 층이 스텝마다 가장 적게 남긴다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, over all networks of several layers."""
    found = [rates for n in sweep.finite if (rates := sweep.layers(n))]
    assert number(match["total"]) == len(found) > 1
    least = sum(rates[0] < min(rates[1:]) for rates in found)
    assert number(match["count"]) == least
