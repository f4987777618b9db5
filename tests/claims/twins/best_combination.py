"""The twin of the claim ``best_combination``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, initializer, number


PATTERN = (
    rf"What is left of (?P<name>.+) is nearest to 1 with (?P<init>.+) × "
    rf"(?P<activation>\S+)(?: and (?P<more>[\d,]+) more)?: (?P<left>{SIZE}) after "
    rf"(?P<length>\S+) steps\."
)
KOREAN = (
    rf"(?P<name>.+) — 남는 기울기가 1에 가장 가까운 조합: (?P<init>.+) × "
    rf"(?P<activation>\S+?)(?: 외 (?P<more>[\d,]+)개)?, (?P<length>\S+)스텝 뒤 "
    rf"(?P<left>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No combination is nearer to 1; those that are as near are counted."""
    group = sweep.combinations(match["name"])
    (best,) = [
        n
        for n in group
        if initializer(n.params["init"]) == match["init"]
        and n.params["activation"] == match["activation"]
    ]
    lefts = [n.course[n.length] for n in group]
    finite = [ln for ln in lefts if math.isfinite(ln)]
    ours = best.course[best.length]
    assert abs(ours) <= min(map(abs, finite)) + 1e-9
    alike = [ln for ln in finite if abs(ln - ours) <= 1e-3]
    assert number(match["more"] or "0") == len(alike) - 1
    assert close(match["left"], ours)
    assert number(match["length"]) == best.length
