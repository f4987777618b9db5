"""The twin of the claim ``by_detours``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"The detours carry the gradient of (?P<name>.+): after (?P<length>\S+) steps "
    rf"they alone leave (?P<detours>{SIZE}), the conveyor alone (?P<conveyor>{SIZE})\."
)
KOREAN = (
    r"(?P<name>.+) — 기울기를 나르는 것은 우회로다: (?P<length>\S+)스텝 뒤에 "
    rf"우회로만으로는 (?P<detours>{SIZE}), 컨베이어 벨트만으로는 "
    rf"(?P<conveyor>{SIZE})만큼 남는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """1/1000 or more is left, and the detours are ten times the conveyor."""
    network = sweep.named(match["name"])
    parts = {part: sweep.left_of(network, part) for part in ("conveyor", "detours")}
    own = "cc" if not math.isnan(sweep.left_of(network, "cc")) else "hh"
    assert sweep.left_of(network, own) >= math.log(1e-3)
    assert parts["detours"] > parts["conveyor"] + math.log(10)
    assert all(close(match[part], ln) for part, ln in parts.items())
    assert number(match["length"]) == sweep.length
