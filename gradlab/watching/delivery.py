"""Where findings and numbers go: a warning, an error, a function, a logger."""

import math
import warnings
from typing import Any

from gradlab.watching.finding import Finding, FindingError, FindingWarning
from gradlab.watching.settings import OnFinding


class Delivery:
    """Keeps findings, and hands them over outside the backward pass.

    Args:
        on_finding: as :func:`gradlab.watch` takes it.
        writer: with an ``add_scalar(name, value, step)``, or None.

    Attributes:
        findings: of each kind the first one at each place.
    """

    def __init__(self, on_finding: OnFinding, writer: Any) -> None:
        self.findings: list[Finding] = []
        self._on_finding, self._writer = on_finding, writer
        self._waiting: list[Finding | Exception] = []

    def add(self, finding: Finding) -> None:
        """Keep a finding of a kind and place that is new."""
        known = [one for one in self.findings if one.kind == finding.kind]
        if any(finding.where in (one.where, *one.others) for one in known):
            return
        self.findings.append(finding)
        self._waiting.append(finding)

    def fail(self, error: Exception) -> None:
        """Keep an error of the watch itself, the first one until it is handed over."""
        if not any(isinstance(one, Exception) for one in self._waiting):
            self._waiting.append(error)

    def hand_over(self, update: int) -> None:
        """Warn, raise or call.

        Raises:
            FindingError: with ``on_finding="raise"``.
        """
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if isinstance(one, Exception):
                text = f"gradlab.watch could not measure update {update}: "
                text += f"{type(one).__name__}: {one}"
                warnings.warn(text, FindingWarning, stacklevel=3)
            elif self._on_finding == "raise":
                raise FindingError(one)
            elif self._on_finding == "warn":
                warnings.warn(str(one), FindingWarning, stacklevel=3)
            else:
                self._on_finding(one)

    def write(self, name: str, value: float, update: int) -> None:
        """Give a finite number to the writer."""
        if self._writer is not None and math.isfinite(value):
            self._writer.add_scalar(f"gradlab/{name}", value, update)
