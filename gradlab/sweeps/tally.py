"""How far a run is, and how long the rest takes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from gradlab.store.store import Store
from gradlab.sweeps.groups import Group
from gradlab.sweeps.outcome import Outcome
from gradlab.sweeps.points import Plan
from gradlab.sweeps.requirements import Requirements


START_UP = 4.0
"""Seconds until workers have imported what they need."""


@dataclass
class Tally:
    """Counts of a run.

    Attributes:
        grids: name -> keys of its points.
        left: keys still to be computed.
        total: distinct points.
        failed: keys of failed points, earlier ones too.
        not_finite: keys of points found not finite in this run.
        jobs: worker processes.
        expected: seconds of computing the cost model expected in all.
        passed: of these, in groups that are done.
        measured: seconds these really took.
    """

    grids: Mapping[str, list[str]]
    left: set[str]
    total: int
    failed: set[str]
    jobs: int
    not_finite: set[str] = field(default_factory=set)
    expected: float = 0.0
    passed: float = 0.0
    measured: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @classmethod
    def of(
        cls, planned: Plan, todo: Mapping[str, Requirements], store: Store, jobs: int
    ) -> Self:
        """Return the counts before anything is computed."""
        failed = {
            key
            for key, (status, _) in store.known().items()
            if status == "failed" and key in planned.points and key not in todo
        }
        return cls(planned.grids, set(todo), len(planned.points), failed, jobs)

    def __post_init__(self) -> None:
        """Note which grids each key belongs to, and how many are open in each."""
        self._open = dict.fromkeys(self.grids, 0)
        self._homes: dict[str, list[str]] = {}
        for name, keys in self.grids.items():
            for key in self.left.intersection(keys):
                self._homes.setdefault(key, []).append(name)
                self._open[name] += 1

    @property
    def done(self) -> int:
        """Points for which nothing is left to compute."""
        return self.total - len(self.left)

    def add(self, key: str, outcome: Outcome) -> None:
        """Count one point that came back."""
        self._cross_off(key)
        self.measured += outcome.seconds
        if outcome.message:
            self.failed.add(key)
        if outcome.not_finite:
            self.not_finite.add(key)

    def fail(self, key: str) -> None:
        """Count one point that did not come back."""
        self._cross_off(key)
        self.failed.add(key)

    def _cross_off(self, key: str) -> None:
        if key in self.left:
            self.left.discard(key)
            for name in self._homes[key]:
                self._open[name] -= 1

    def spent(self, group: Group) -> None:
        """Count a group's expected time as passed."""
        self.passed += group.seconds

    def by_grid(self) -> dict[str, tuple[int, int]]:
        """Return name -> (points, of these done)."""
        return {
            name: (len(keys), len(keys) - self._open[name])
            for name, keys in self.grids.items()
        }

    def seconds_left(self) -> float:
        """Return about how long the rest takes, the model corrected by what is seen."""
        if not self.left:
            return 0.0
        # as if the model had been right about two seconds already
        factor = (self.measured + 2.0) / (self.passed + 2.0)
        rest = max(0.0, self.expected - self.passed) * factor / self.jobs
        starting = max(0.0, START_UP - self.elapsed()) if not self.passed else 0.0
        return rest + starting

    def elapsed(self) -> float:
        """Return the seconds since the run began."""
        return time.monotonic() - self.began
