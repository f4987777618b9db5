"""The twin of the claim ``exactly_zero``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks some seed's gradient is exactly 0 "
    r"after (?P<length>\S+) steps\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    dead = [n for n in sweep.networks if -math.inf in n.lefts]
    assert number(match["count"]) == len(dead) > 0
    assert number(match["total"]) == len(sweep.networks)
    assert number(match["length"]) == sweep.length
