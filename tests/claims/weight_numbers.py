"""Numbers of the recurrent weights by the exported table: pandas alone."""

import math
import re

from tests.claims.holders import having
from tests.claims.sweep import Sweep, mean, number


def hold(match: re.Match, sweep: Sweep, measure: str, above: bool) -> None:
    """So many of the networks on this side of 1 have less than 1/1000 left."""
    lost = []
    for network in having(sweep, measure):
        value = mean(network.values(block="recurrent"))
        if value > 0 and network.lefts and above == (value > 1.0005):
            living = [left for left in network.lefts if left != -math.inf]
            lost.append(mean(living or network.lefts) < math.log(1e-3))
            assert number(match["length"]) == network.length
    assert number(match["count"]) == sum(lost)
    assert number(match["total"]) == len(lost) > 0
