"""Metadata of a sweep's row in the store: times, versions, self-checks."""

import math
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self

from gradlab.statistics import THRESHOLDS
from gradlab.store.store import Store
from gradlab.sweeps.calls import Check
from gradlab.sweeps.sweep import Sweep


@dataclass
class SweepMeta:
    """Times, versions and checks of one sweep; runs of the same sweep add up.

    Attributes:
        identity: hash of what the sweep requests.
        before: what earlier runs stored.
        facts: name, question, command, thresholds.
        checks: kind -> its check, of all runs.
    """

    identity: str
    before: dict[str, Any]
    facts: dict[str, Any]
    checks: dict[str, dict[str, Any]]
    began: float = field(default_factory=time.monotonic)
    now: str = field(default_factory=lambda: _now())

    @classmethod
    def start(
        cls,
        store: Store,
        identity: str,
        sweep: Sweep,
        command: str,
        sources: Mapping[str, str] | None = None,
    ) -> Self:
        """Begin a run of ``sweep``; keep what earlier ones stored.

        Args:
            store: of the results.
            identity: of the sweep.
            sweep: the one that runs.
            command: that runs it.
            sources: "KIND NAME" -> SHA-256 of the file, of its external leaves.
        """
        before = store.sweep_meta(identity)
        facts = {
            "name": sweep.name,
            "question": sweep.question,
            "command": command or before.get("command", ""),
            "thresholds": list(sweep.thresholds or THRESHOLDS),
            "sources": dict(sources or {}),
        }
        known = {check["kind"]: check for check in before.get("verification", [])}
        return cls(identity, before, facts, known)

    def add_checks(self, checks: Iterable[Check]) -> None:
        """Add checks to those of earlier runs."""
        for check in checks:
            self.checks[check.kind] = {
                "kind": check.kind,
                "error": _or_none(check.error),
                "compared": check.compared,
                "conveyor": _or_none(check.conveyor),
                "conveyor_compared": check.conveyor_compared,
            }

    def to_store(self, *, computed: bool) -> dict[str, Any]:
        """Return the meta to be stored.

        ``verification`` is a list of kind, error (None: no closed form) and numbers
        compared, and the same of the conveyor (None: none); ``seconds`` is the time of
        all runs that computed anything.
        """
        if not computed and self.before:
            return {**self.before, **self.facts}
        spent = time.monotonic() - self.began
        return {
            **self.facts,
            "started": self.before.get("started", self.now),
            "finished": _now(),
            "seconds": self.before.get("seconds", 0.0) + spent,
            "versions": _versions(),
            "verification": list(self.checks.values()),
        }


def _or_none(error: float) -> float | None:
    return None if math.isnan(error) else error


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("gradlab", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
