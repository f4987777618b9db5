"""Time that this process lived: pauses are left out.

A process that was stopped (SIGSTOP, a suspended machine) finds a clock that jumped. A
limit of time that counted the jump would condemn calls that hardly ran.
"""

import time
from collections.abc import Callable


TICK = 0.25
"""Seconds between two looks at the clock, at most, while a limit is running."""

LONGEST_GAP = 1.0
"""Seconds between two looks above which the process was stopped, or very busy."""


class LivedTime:
    """Seconds this process lived, as far as it looked at the clock.

    Args:
        clock: returns seconds; it may jump.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._lived = 0.0

    def now(self) -> float:
        """Return the seconds so far; a gap above the longest counts as one tick.

        To be called once a tick. Not less often, since what is left out of a busy
        process's time is added to its limits; a gap that counted as nothing would let a
        process that is always busy wait for ever.
        """
        at = self._clock()
        gap, self._last = at - self._last, at
        self._lived += max(0.0, gap if gap <= LONGEST_GAP else TICK)
        return self._lived
