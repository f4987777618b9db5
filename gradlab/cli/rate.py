"""How fast points come, looking back over the last minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


WINDOW = 60.0
"""Seconds that are looked back over; longer where points come more slowly."""
LEAST = 0.5
"""Seconds below which nothing is said."""


class Rate:
    """Points per second, from counts that are told as they change."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def see(self, done: int) -> float | None:
        """Take up a count; return points per second, None while nothing is known.

        The first count is where it starts from: before it workers were starting.
        """
        now = self._clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW:
            self._seen.popleft()
        began, before = self._seen[0]
        if done <= before or now - began < LEAST:
            return None
        return (done - before) / (now - began)


def rate_text(per_second: float | None) -> str:
    """``12 points/s``, ``30 points/min``, ``2 points/h``; empty while unknown.

    >>> rate_text(12.4), rate_text(0.5), rate_text(0.0007)
    ('12 points/s', '30 points/min', '2.5 points/h')
    """
    from gradlab.report.numbers import significant

    if not per_second:
        return ""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if per_second * seconds >= 1 or unit == "h":
            break
    count = significant(per_second * seconds)
    return f"{count.removesuffix('.0')} points/{unit}"
