"""The one reducer of events: counts, rate, time left, and new kinds of failure."""

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gradlab.progress.events import (
    Event,
    Finished,
    LockUnavailable,
    LogLost,
    PointDone,
    PointsDone,
    Started,
    Stopped,
    Timed,
    Verified,
    Waiting,
    WorkerLost,
    Writer,
)


START_UP = 4.0
"""Seconds until workers have imported what they need."""

WINDOW = 60.0
"""Seconds the rate looks back over; longer where points come more slowly."""

LEAST = 0.5
"""Seconds below which no rate is given."""

PRIOR = 2.0
"""Core-seconds for which the expected work counts as confirmed from the start.

The time left is the expected rest times measured over expected so far; without a prior
the first group, which may be a tiny one, would decide alone.
"""

Remark: TypeAlias = Timed | PointDone | WorkerLost | LockUnavailable | Waiting | LogLost
"""Events that a screen reports in a sentence, each kind once."""


@dataclass
class Grid:
    """How far one grid is."""

    total: int
    done: int = 0


@dataclass
class State:
    """How far a run is, by the events so far.

    Attributes:
        clock: returns seconds that do not run backwards.
        started: the event; None before it.
        grids: by name, in the order of the run.
        total: distinct points requested; `done` of them need nothing more.
        failed: of these, recorded with an error.
        computed: points that came since it started.
        not_finite: of these, became inf or NaN; a result, not an error.
        lost: workers that died.
        checked: the self-check's result in words, once it is there.
        writer: who computes a run that is watched.
        latest: the point that came last.
    """

    clock: Callable[[], float] = time.monotonic
    started: Started | None = None
    grids: dict[str, Grid] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    failed: int = 0
    computed: int = 0
    not_finite: int = 0
    lost: int = 0
    checked: str = ""
    writer: str = ""
    latest: PointDone | None = None

    def __post_init__(self) -> None:
        """Start the clock."""
        self._began = self.clock()
        self._ended: float | None = None
        self._expected = self._passed = self._measured = 0.0
        self._history: deque[tuple[float, int]] = deque()
        self._kinds: set[tuple[type, str]] = set()

    def take(self, event: Event) -> list[Remark]:
        """Count an event; return what of it is new in kind.

        Failures and losses of workers are of one kind where their messages differ in
        numbers only.
        """
        match event:
            case Started():
                self._start(event)
            case PointsDone():
                self._add(event)
                return [one for one in event.points if self._is_new(one, one.message)]
            case WorkerLost():
                self.lost += 1
                return [event] if self._is_new(event, event.cause) else []
            case LockUnavailable() | Waiting() | LogLost():
                return [event]
            case Timed():
                self._expected, self._passed, self._measured = event.work, 0.0, 0.0
                return [event]
            case Verified():
                self.checked = event.text
            case Writer():
                self.writer = event.name
            case Stopped() | Finished():
                self._ended = self.clock()
        return []

    def elapsed(self) -> float:
        """Return the seconds since the run started, up to its end."""
        end = self.clock() if self._ended is None else self._ended
        return end - self._began

    def rate(self) -> float | None:
        """Return points per second over the last minute; None while unknown.

        The first points are where it starts from: before them workers were starting.
        """
        now = self.clock()
        while len(self._history) > 2 and self._history[1][0] <= now - WINDOW:
            self._history.popleft()
        if not self._history:
            return None
        began, before = self._history[0]
        if self.done <= before or now - began < LEAST:
            return None
        return (self.done - before) / (now - began)

    def seconds_left(self) -> float | None:
        """Return about how long the rest takes; None while unknown.

        The expected work, corrected by what is measured; without one, by the rate.
        """
        if self.done >= self.total:
            return 0.0
        if self.started is None or not self._expected:
            rate = self.rate()
            return (self.total - self.done) / rate if rate else None
        correction = (self._measured + PRIOR) / (self._passed + PRIOR)
        rest = max(0.0, self._expected - self._passed) * correction
        starting = 0.0 if self._passed else max(0.0, START_UP - self.elapsed())
        return rest / max(1, self.started.jobs) + starting

    def counts(self) -> dict[str, Any]:
        """Return the numbers of a line about the whole run."""
        names = ("total", "done", "failed", "computed", "not_finite")
        counts: dict[str, Any] = {name: getattr(self, name) for name in names}
        return {**counts, "rate": self.rate(), "seconds_left": self.seconds_left()}

    def _start(self, event: Started) -> None:
        """Begin to count; another run in a watched folder begins anew."""
        self.started = event
        self.total, self.done, self.failed = event.total, event.done, event.failed
        self.grids = {name: Grid(*counts) for name, counts in event.grids.items()}
        self.computed = self.not_finite = self.lost = 0
        self._expected, self._passed, self._measured = event.work, 0.0, 0.0
        self._began, self._ended = self.clock(), None
        self._history.clear()

    def _add(self, event: PointsDone) -> None:
        for point in event.points:
            self.failed += bool(point.message) - point.failed_before
            self.computed += 1
            self.not_finite += point.not_finite
            self._measured += point.seconds or 0.0
            if not point.failed_before:
                self.done += 1
                for name in point.grids:
                    self.grids[name].done += 1
            self.latest = point
        self._passed += event.work
        self._history.append((self.clock(), self.done))

    def _is_new(self, event: Remark, message: str) -> bool:
        kind = type(event), re.sub(r"\d+", "0", " ".join(message.split()))
        new = bool(message) and kind not in self._kinds
        self._kinds.add(kind)
        return new
