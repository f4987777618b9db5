"""The twin of the claim ``last_steps_least``."""

import re

from tests.claims import korean
from tests.claims.backward import last_shares
from tests.claims.holders import having
from tests.claims.sweep import NAMED, PERCENT, Sweep, among_names, number, percent


PATTERN = (
    rf"The last 5 of (?P<length>\S+) steps supply the smallest share of the gradient "
    rf"of the recurrent weights in {NAMED}: (?P<share>{PERCENT})\."
)
KOREAN = (
    r"순환 가중치의 기울기에서 (?P<length>[\d,]+)스텝 중 마지막 5스텝의 비중이 "
    rf"가장 작은 네트워크: {korean.NAMED} \((?P<share>{korean.PERCENT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No network's share is smaller, and they differ."""
    shares = last_shares(sweep)
    end = min(shares.values())
    assert max(shares.values()) - min(shares.values()) > 0.01
    assert percent(match["share"], end)
    ends = [name for name, share in shares.items() if abs(share - end) <= 1e-9]
    among_names(match, ends)
    assert number(match["length"]) == having(sweep, "weight_share")[0].length
