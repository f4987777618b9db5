"""The twin of the claim ``blocks_alike``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks with both h and c all four blocks "
    r"keep the same share a step, to one percentage point, over the later half of the "
    r"lags\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts, over all networks with four finite blocks."""
    found = [r for n in sweep.networks if (r := sweep.late_rates(n))]
    gaps = [math.exp(max(r.values())) - math.exp(min(r.values())) for r in found]
    assert number(match["total"]) == len(gaps)
    assert number(match["count"]) == sum(gap <= 0.01 for gap in gaps) > 0
