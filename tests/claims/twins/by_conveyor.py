"""The twin of the claim ``by_conveyor``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"The conveyor carries the gradient of (?P<name>.+): after (?P<length>\S+) steps "
    rf"it alone leaves (?P<conveyor>{SIZE}), the detours alone (?P<detours>{SIZE})\."
)
KOREAN = (
    r"(?P<name>.+) — 기울기를 나르는 것은 컨베이어 벨트다: (?P<length>\S+)스텝 "
    rf"뒤에 컨베이어 벨트만으로는 (?P<conveyor>{SIZE}), 우회로만으로는 "
    rf"(?P<detours>{SIZE})만큼 남는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """1/1000 or more is left, and the conveyor is twice the detours."""
    network = sweep.named(match["name"])
    parts = {part: sweep.left_of(network, part) for part in ("conveyor", "detours")}
    own = "cc" if not math.isnan(sweep.left_of(network, "cc")) else "hh"
    assert sweep.left_of(network, own) >= math.log(1e-3)
    assert parts["conveyor"] > parts["detours"] + math.log(2)
    assert all(close(match[part], ln) for part, ln in parts.items())
    assert number(match["length"]) == sweep.length
