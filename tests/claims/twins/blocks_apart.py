"""The twin of the claim ``blocks_apart``."""

import math
import re

from tests.claims.sweep import KEPT, Sweep, close_kept


ROADS = {"h to h": "hh", "c to h": "hc", "h to c": "ch", "c to c": "cc"}
ROAD = "|".join(ROADS)
PATTERN = (
    rf"In (?P<name>.+) the blocks differ, from (?P<low>{KEPT}) a step "
    rf"\((?P<slow>{ROAD})\) to (?P<high>{KEPT}) \((?P<fast>{ROAD})\) over the later "
    r"half of the lags\."
)
KOREAN = (
    rf"시차의 뒤쪽 절반에서 블록마다 스텝당 남는 비율이 다르다 — 최소 (?P<low>{KEPT}) "
    rf"\((?P<slow>[hc] → [hc])\), 최대 (?P<high>{KEPT}) \((?P<fast>[hc] → [hc])\): "
    rf"(?P<name>.+)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No block of this network is slower than the one, none faster than the other."""
    rates = sweep.late_rates(sweep.named(match["name"]))
    slow, fast = rates[ROADS[match["slow"]]], rates[ROADS[match["fast"]]]
    assert (slow, fast) == (min(rates.values()), max(rates.values()))
    assert math.exp(fast) - math.exp(slow) > 0.01
    assert close_kept(match["low"], slow)
    assert close_kept(match["high"], fast)
