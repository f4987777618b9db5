"""The twin of the claim ``most_pairs``."""

import re

from tests.claims import korean
from tests.claims.backward import shares_of_pairs
from tests.claims.holders import having
from tests.claims.sweep import NAMED, PERCENT, Sweep, among_names, number, percent


PATTERN = (
    rf"In a sequence of (?P<length>\S+) steps?, (?P<share>{PERCENT}) of all pairs of "
    r"steps keep between 1/1000 and 1000 of a gradient in "
    rf"{NAMED}, the most of all networks\."
)
KOREAN = (
    r"남는 기울기가 1/1000과 1000 사이인 스텝 쌍이 가장 많은 네트워크: "
    rf"{korean.NAMED} \(시퀀스 길이 (?P<length>[\d,]+)스텝, 모든 쌍의 "
    rf"(?P<share>{korean.PERCENT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No network has a larger share, and they differ."""
    shares = shares_of_pairs(sweep, 1e-3, 1e3)
    end = max(shares.values())
    assert max(shares.values()) - min(shares.values()) > 0.01
    assert percent(match["share"], end)
    ends = [name for name, share in shares.items() if abs(share - end) <= 1e-9]
    among_names(match, ends)
    assert number(match["length"]) == having(sweep, "triangle")[0].length
