"""The twin of the claim ``hidden_exponent``."""

import math
import re

from tests.claims.holders import having
from tests.claims.sweep import KEPT, Sweep, close_kept, mean, number, records


WHOLE, ALONE = "lyapunov_exponents", "hidden_only_exponent"
PATTERN = (
    rf"By exponents over (?P<length>\S+) steps? at (?P<hidden>\S+) hidden units, "
    rf"code that takes dh/dh alone is farthest off for (?P<name>.+): "
    rf"it finds (?P<alone>{KEPT}) kept per step, where the whole state's "
    rf"\[\[Lyapunov exponent\]\] gives (?P<kept>{KEPT})\."
)
KOREAN = (
    r"랴푸노프 지수로 볼 때\((?P<length>\S+)스텝, 은닉 유닛 (?P<hidden>\S+)개\) "
    r"dh/dh만 계산하면 값이 가장 크게 빗나가는 네트워크: (?P<name>.+) \(스텝당 "
    rf"남는 비율이 이 값으로는 (?P<alone>{KEPT}), 전체 상태의 최대 \[\[Lyapunov "
    rf"exponent\|랴푸노프 지수\]\]로는 (?P<kept>{KEPT})\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No gap between dh/dh alone and the first exponent is larger."""
    whole, gaps = _first_exponents(sweep), []
    for network in having(sweep, ALONE):
        key = *network.params.values(), network.length
        alone, kept = mean(network.values()), mean(whole.get(key, []))
        if math.isfinite(alone - kept):
            gaps.append((abs(alone - kept), alone, kept, network))
    ((gap, alone, kept, one),) = [g for g in gaps if g[-1].label == match["name"]]
    assert gap == max(gap for gap, *_ in gaps)
    assert close_kept(match["alone"], alone)
    assert close_kept(match["kept"], kept)
    assert number(match["length"]) == one.length
    assert number(match["hidden"]) == one.params["hidden"]


def _first_exponents(sweep: Sweep) -> dict[tuple, list[float]]:
    found: dict[tuple, list[float]] = {}
    measure, index = sweep.table["measure"], sweep.table["index"].astype(str)
    for row in records(sweep.table[(measure == WHOLE) & (index == "1")]):
        key = *(row[axis] for axis in sweep.axes), row["length"]
        found.setdefault(key, []).append(row["value"])
    return found
