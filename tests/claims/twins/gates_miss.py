"""The twin of the claim ``gates_miss``."""

import math
import re

from tests.claims.sweep import KEPT, Sweep, close_kept


PATTERN = (
    rf"The gates alone are farthest off for (?P<name>.+): they keep (?P<said>{KEPT}) "
    rf"per step, where the whole state keeps (?P<kept>{KEPT})\."
)
KOREAN = (
    r"게이트만으로 예측한 값이 가장 크게 빗나가는 네트워크: (?P<name>.+) "
    rf"\(스텝당 남는 비율이 게이트로는 (?P<said>{KEPT}), 실제로는 "
    rf"(?P<kept>{KEPT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No gap a step is larger, and it is a factor of ten over all steps."""
    rates = [(sweep.rate(n), sweep.rate(n, "conveyor"), n) for n in sweep.every]
    gaps = [(abs(all_ - one), n) for all_, one, n in rates if math.isfinite(all_ - one)]
    (one,) = [n for _, n in gaps if n.label == match["name"]]
    (gap,) = [gap for gap, n in gaps if n is one]
    assert gap >= max(gap for gap, _ in gaps) - 1e-12
    assert gap * one.length >= math.log(10)
    assert close_kept(match["said"], sweep.rate(one, "conveyor"))
    assert close_kept(match["kept"], sweep.rate(one))
