"""The twin of the claim ``first_gradient``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close
from tests.claims.training import TASK, one_of, told_apart


LEFT = rf"{SIZE}|exactly 0|정확히 0"
PATTERN = (
    rf"Before training on {TASK} the gradient at the first input is (?P<size>{LEFT}) "
    rf"in (?P<most>.+) and (?P<least_size>{LEFT}) in (?P<least>.+)\."
)
KOREAN = (
    rf"{TASK} 학습 전 첫 입력의 기울기: (?P<most>.+) — (?P<size>{LEFT}), "
    rf"(?P<least>.+) — (?P<least_size>{LEFT})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both sizes, of the two networks that fare most differently."""
    most, least = (one_of(match[n], match["task"], sweep) for n in ("most", "least"))
    told_apart(most, least, sweep)
    for group, printed in ((most, match["size"]), (least, match["least_size"])):
        if printed in ("exactly 0", "정확히 0"):
            assert group.gradient == -math.inf
        else:
            assert close(printed, group.gradient)
