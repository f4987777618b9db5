"""Pairs of steps inside one sequence: between how many of them a gradient is left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradlab.report.evidence.networks import Network, Networks
from gradlab.report.story.rows import Row


THOUSAND = math.log(1000.0)


@dataclass(frozen=True)
class Pairs:
    """All pairs of a later step and a lag of one sequence of one seed.

    Attributes:
        steps: later steps.
        lags: steps back from there.
        ln: ln of what is left, steps x lags; NaN where the lag reaches before the
            start.
    """

    steps: Sequence[float]
    lags: Sequence[float]
    ln: np.ndarray

    @property
    def possible(self) -> np.ndarray:
        """Ln of what is left between two different steps, all pairs."""
        lags = np.asarray(self.lags, dtype=float)
        steps = np.asarray(self.steps, dtype=float)[:, None]
        found: np.ndarray = self.ln[(lags > 0) & (lags <= steps)]
        return found


def pairs(row: Row) -> list[Pairs]:
    """Those of each seed that has some finite one."""
    found = []
    for record in (point.record("triangle") for point in row.living()):
        if record is None:
            continue
        ln = np.asarray(record.values, dtype=float)
        if list(record.coords).index("step"):
            ln = ln.T
        found.append(Pairs(record.coords["step"], record.coords["lag"], ln))
    return [one for one in found if np.isfinite(one.possible).any()]


def share(row: Row) -> float:
    """Share of pairs with 1/1000 to 1000 left, the mean over seeds that have any."""
    found = [np.mean(np.abs(one.possible) <= THOUSAND) for one in pairs(row)]
    return float(np.mean(found)) if found else math.nan


def exploding(row: Row) -> float:
    """Share of pairs with more than 1000 left, the mean over seeds that have any."""
    found = [np.mean(one.possible > THOUSAND) for one in pairs(row)]
    return float(np.mean(found)) if found else math.nan


def paired(networks: Networks) -> list[Network]:
    """Networks with pairs, PyTorch's weights first."""
    found = [n for n in networks.having("triangle") if pairs(n.row)]
    return sorted(found, key=lambda n: not n.customary)
