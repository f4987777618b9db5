"""What is left along training, of the networks that fare best and worst."""

import math

from gradlab.report.claims.base import Networks
from gradlab.report.evidence.learning import (
    Group,
    apart,
    at_reference,
    groups,
    left_along,
)


Ends = tuple[int, int, float, float]


def best_and_worst(networks: Networks) -> list[tuple[Group, Ends]]:
    """Return each with (updates, lag, ln left before and after); none: not finite."""
    found = []
    for group in apart(at_reference(groups(networks.story))) or ():
        along = left_along(group)
        if along is None:
            return []
        updates, lags, ln = along
        ends = float(ln[0, -1]), float(ln[-1, -1])
        if not all(map(math.isfinite, ends)) or updates[0] != 0 or len(updates) < 2:
            return []
        found.append((group, (updates[-1], lags[-1], *ends)))
    return found
