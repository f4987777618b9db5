"""The twin of the claim ``hidden_alone``."""

import math
import re

from tests.claims.sweep import KEPT, Sweep, close_kept


PATTERN = (
    rf"Code that multiplies the dh/dh of each step, without the path along c, is "
    rf"farthest off for (?P<name>.+): it finds (?P<alone>{KEPT}) kept per step, where "
    rf"the whole state keeps (?P<kept>{KEPT})\."
)
KOREAN = (
    r"c를 따라가는 경로를 빼고 스텝마다의 dh/dh만 곱하면 값이 가장 크게 빗나가는 "
    rf"네트워크: (?P<name>.+) \(스텝당 남는 비율이 이 값으로는 (?P<alone>{KEPT}), "
    rf"전체 상태로는 (?P<kept>{KEPT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No gap a step is larger, and it is a factor of ten over all steps."""
    rates = [(sweep.rate(n), sweep.rate(n, "no_cell_path"), n) for n in sweep.every]
    gaps = [(abs(all_ - one), n) for all_, one, n in rates if math.isfinite(all_ - one)]
    gaps = [(gap, n) for gap, n in gaps if sweep.values(n, "growth_rate", block="cc")]
    (one,) = [n for _, n in gaps if n.label == match["name"]]
    (gap,) = [gap for gap, n in gaps if n is one]
    assert gap >= max(gap for gap, _ in gaps) - 1e-12
    assert gap * one.length >= math.log(10)
    assert close_kept(match["alone"], sweep.rate(one, "no_cell_path"))
    assert close_kept(match["kept"], sweep.rate(one))
