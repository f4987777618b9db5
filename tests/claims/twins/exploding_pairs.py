"""The twin of the claim ``exploding_pairs``."""

import math
import re

from tests.claims import korean
from tests.claims.backward import shares_of_pairs
from tests.claims.holders import having
from tests.claims.sweep import PERCENT, Sweep, number, percent


PATTERN = (
    r"In a sequence of (?P<length>\S+) steps?, a gradient grows more than a "
    rf"thousandfold between (?P<share>{PERCENT}) of all pairs of steps, in "
    r"(?P<name>.+)\."
)
KOREAN = (
    rf"기울기가 천 배 넘게 커지는 스텝 쌍: 모든 쌍의 (?P<share>{korean.PERCENT}) "
    r"\((?P<name>.+), 시퀀스 길이 (?P<length>[\d,]+)스텝\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network of this name with this share, more than a fiftieth."""
    shares = shares_of_pairs(sweep, 1e3, math.inf)
    assert match["name"] in shares
    assert percent(match["share"], shares[match["name"]])
    assert shares[match["name"]] > 0.02
    assert number(match["length"]) == having(sweep, "triangle")[0].length
