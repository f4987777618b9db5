"""The twin of the claim ``pairs_left``."""

import re

from tests.claims import korean
from tests.claims.backward import shares_of_pairs
from tests.claims.holders import having
from tests.claims.sweep import PERCENT, Sweep, number, percent


PATTERN = (
    rf"In a sequence of (?P<length>\S+) steps?, (?P<share>{PERCENT}) of all pairs of "
    r"steps keep between 1/1000 and 1000 of a gradient, in (?P<name>.+)\."
)
KOREAN = (
    r"남는 기울기가 1/1000과 1000 사이인 스텝 쌍: 모든 쌍의 "
    rf"(?P<share>{korean.PERCENT}) \((?P<name>.+), 시퀀스 길이 "
    r"(?P<length>[\d,]+)스텝\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network of this name with this share."""
    shares = shares_of_pairs(sweep, 1e-3, 1e3)
    assert match["name"] in shares
    assert percent(match["share"], shares[match["name"]])
    assert number(match["length"]) == having(sweep, "triangle")[0].length
