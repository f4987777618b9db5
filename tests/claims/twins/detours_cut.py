"""The twin of the claim ``detours_cut``."""

import math
import re

from tests.claims.sweep import KEPT, Sweep, close_kept


PATTERN = (
    rf"With the detours cut, what (?P<name>.+) keeps a step goes from "
    rf"(?P<whole>{KEPT}) to (?P<kept>{KEPT})\."
)
KOREAN = (
    r"(?P<name>.+) — 우회로를 끊으면 스텝당 남는 비율이 달라진다: "
    rf"(?P<whole>{KEPT}) → (?P<kept>{KEPT})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both rates, which differ."""
    network = sweep.named(match["name"])
    whole, kept = sweep.rate(network), sweep.rate(network, "no_detours")
    assert abs(math.exp(whole) - math.exp(kept)) > 0.01
    assert close_kept(match["whole"], whole)
    assert close_kept(match["kept"], kept)
