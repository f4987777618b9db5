"""Metadata of a sweep's row in the store: times, versions, self-checks."""

import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self

from gradlab.config.sweep import Sweep
from gradlab.runs.calls import Check
from gradlab.statistics import THRESHOLDS
from gradlab.store.store import Store
from gradlab.sweeps.keys import digest


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


@dataclass
class SweepMeta:
    """Times, versions and checks of one sweep; runs of the same sweep add up.

    Attributes:
        identity: hash of what the sweep requests.
        before: what earlier runs stored.
        facts: name, question, command, request, thresholds.
        checks: kind -> its check, of all runs.
        started: time at which this run began, as stored.
        clock: the same on the monotonic clock, in seconds.
    """

    identity: str
    before: dict[str, Any]
    facts: dict[str, Any]
    checks: dict[str, dict[str, Any]]
    started: str = field(default_factory=_now)
    clock: float = field(default_factory=time.monotonic)

    @classmethod
    def start(
        cls,
        store: Store,
        sweep: Sweep,
        command: str,
        request: str,
        sources: Mapping[str, str],
    ) -> Self:
        """Begin a run of a sweep; keep what earlier runs stored.

        Args:
            store: of the results.
            sweep: that runs.
            command: the command line as it was typed.
            request: the command without options of execution and of place.
            sources: "KIND NAME" -> SHA-256 of the file, of its external leaves.
        """
        identity = digest(sweep.resolved())
        before = store.sweep_meta(identity)
        facts = {
            "name": sweep.name,
            "question": sweep.question,
            "command": command or before.get("command", ""),
            "request": request or before.get("request", ""),
            "thresholds": list(sweep.thresholds or THRESHOLDS),
            "sources": dict(sources),
        }
        known = {check["kind"]: check for check in before.get("verification", [])}
        return cls(identity, before, facts, known)

    def add_checks(self, checks: Iterable[Check]) -> None:
        """Add checks to those of earlier runs; NaN, which JSON lacks, becomes None."""
        for check in checks:
            self.checks[check.kind] = {
                name: None if value != value else value
                for name, value in vars(check).items()
            }

    def to_store(self, *, computed: bool) -> dict[str, Any]:
        """Return the meta to be stored.

        ``verification`` is a list of kind, error (None: no closed form) and numbers
        compared, and the same of the conveyor (None: none); ``seconds`` is the time of
        all runs that computed anything.
        """
        if not computed and self.before:
            return {**self.before, **self.facts}
        spent = time.monotonic() - self.clock
        return {
            **self.facts,
            "started": self.before.get("started", self.started),
            "finished": _now(),
            "seconds": self.before.get("seconds", 0.0) + spent,
            "versions": _versions(),
            "verification": list(self.checks.values()),
        }


def _versions() -> dict[str, str]:
    """Return package -> version; numbers depend on them."""
    found = {"python": platform.python_version()}
    for package in ("gradlab", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
