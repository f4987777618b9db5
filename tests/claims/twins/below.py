"""The twin of the claim ``below``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"Of (?P<total>\S+) networks measured over (?P<length>\S+) steps, "
    r"(?P<count>\S+) lose all but 1/1000 of their gradient\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    assert number(match["total"]) == len(sweep.reaching) > 1
    below = [n for n in sweep.reaching if math.isfinite(n.steps)]
    assert number(match["count"]) == len(below)
    assert number(match["length"]) == sweep.length
