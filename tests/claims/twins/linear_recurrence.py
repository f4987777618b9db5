"""The twin of the claim ``linear_recurrence``."""

import math
import re

import pytest

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among


PATTERN = (
    rf"The recurrence of {NAMED} is linear and goes unit by unit: the conveyor carries "
    rf"all of the gradient, and there are no detours\."
)
KOREAN = (
    rf"유닛마다 따로 가는 선형 점화식: {korean.NAMED} — 컨베이어 벨트가 기울기 전부를 "
    rf"나르고 우회로는 없다\."
)
CELLS = ("lru", "mingru", "minlstm")


def check(match: re.Match, sweep: Sweep) -> None:
    """They are those of these cells; where a conveyor was measured, it is the whole."""
    found = [n for n in sweep.networks if n.params["cell"] in CELLS]
    among(match, found)
    for network in found:
        conveyor = sweep.left_of(network, "conveyor")
        if math.isfinite(conveyor):
            assert conveyor == pytest.approx(sweep.left_of(network, "joint"), rel=1e-6)
