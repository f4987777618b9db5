"""The twin of the claim ``open_gate``."""

import math
import re

from tests.claims.holders import having
from tests.claims.sweep import KEPT, Sweep, bias, close, close_kept, mean


PATTERN = (
    r"From (?P<low>.+) to (?P<high>.+) the gate that keeps the past opens towards 1, "
    r"from (?P<closed>\S+) to (?P<open>\S+) on average, and a step of (?P<name>.+) "
    rf"keeps (?P<kept>{KEPT}) of the gradient instead of (?P<less>{KEPT})\."
)
KOREAN = (
    r"(?P<name>.+) — 편향을 바꾸면\((?P<low>.+) → (?P<high>.+)\) 과거를 지키는 "
    r"게이트의 평균이 1에 가까워지고\((?P<closed>\S+) → (?P<open>\S+)\) 스텝당 "
    rf"남는 비율이 커진다\((?P<less>{KEPT}) → (?P<kept>{KEPT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Two networks that differ in the bias alone: its gate opens, less is lost."""
    found = [n for n in having(sweep, "gate_mean") if n.unbiased == match["name"]]
    (low,) = [n for n in found if bias(n.params) == match["low"]]
    (high,) = [n for n in found if bias(n.params) == match["high"]]
    assert sweep.differ(low, high) == {"forget_bias"}
    gates = [mean(n.values(block="keep_gate")) for n in (low, high)]
    rates = [sweep.rate(n) for n in (low, high)]
    assert 0 <= gates[0] < gates[1] <= 1
    assert rates[0] < rates[1]
    assert rates[0] < 0
    assert rates[1] < math.log(1.005)
    assert close(match["closed"], math.log(gates[0]))
    assert close(match["open"], math.log(gates[1]))
    assert close_kept(match["less"], rates[0])
    assert close_kept(match["kept"], rates[1])
