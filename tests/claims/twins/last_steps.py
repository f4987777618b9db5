"""The twin of the claim ``last_steps``."""

import re

from tests.claims import korean
from tests.claims.backward import last_shares
from tests.claims.holders import having
from tests.claims.sweep import PERCENT, Sweep, number, percent


PATTERN = (
    rf"The last 5 of (?P<length>\S+) steps supply (?P<share>{PERCENT}) of the gradient "
    rf"of the recurrent weights in (?P<name>.+)\."
)
KOREAN = (
    r"순환 가중치의 기울기에서 (?P<length>[\d,]+)스텝 중 마지막 5스텝의 비중: "
    rf"(?P<share>{korean.PERCENT}) \((?P<name>.+)\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network of this name with this share."""
    shares = last_shares(sweep)
    assert match["name"] in shares
    assert percent(match["share"], shares[match["name"]])
    assert number(match["length"]) == having(sweep, "weight_share")[0].length
