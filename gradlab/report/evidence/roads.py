"""Ways back through a cell: blocks of the derivative, conveyor, detours, cuts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from gradlab.report.evidence.networks import Network
from gradlab.report.story.labels import is_linear_recurrence
from gradlab.report.story.rows import left_of


BLOCKS = ("hh", "hc", "ch", "cc")
"""Of a state of two parts; the later part stands first."""
GONE = math.log(1e-3)


def carried(network: Network) -> str:
    """Return the block of the carried state: ``cc``, or ``hh`` where h is all."""
    return "cc" if network.row.ends(network.length, "cc").size else "hh"


def left(network: Network, block: str) -> float:
    """Ln of what is left of a block over T steps; NaN where no seed or one has none."""
    length = network.length
    found = (left_of(point, length, block) for point in network.row.living())
    return _mean(np.array([ln for ln in found if ln is not None]))


def conveyor_left(network: Network) -> float:
    """Ln of what the conveyor leaves over T steps; NaN where there is none.

    Of a linear recurrence it is all that is left, also where complex numbers keep no
    diagonal of real ones.
    """
    whole = is_linear_recurrence(network.cell)
    return left(network, "joint" if whole else "conveyor")


def rate(network: Network, block: str = "joint") -> float:
    """Growth of a block in nats per step; NaN where no seed or one has none."""
    found = (p.record("growth_rate") for p in network.row.living())
    there = [r.at(block=block) for r in found if r is not None and r.has(block=block)]
    return _mean(np.array(there))


def has_conveyor(network: Network) -> bool:
    """Whether its cell has a conveyor, by what was measured.

    Without one no state is carried, and a path that is cut has no name.
    """
    return bool(network.row.has("growth_rate", block="conveyor"))


def late_rates(network: Network) -> dict[str, float]:
    """Each block's rate over the later half of the lags, in nats per step.

    Empty where not all four are finite.
    """
    rates = {block: _late(network, block) for block in BLOCKS}
    return rates if all(map(math.isfinite, rates.values())) else {}


def share_gap(rates: Mapping[str, float]) -> float:
    """How far the shares kept a step lie apart: 0.01 is a percentage point."""
    low, high = min(rates.values()), max(rates.values())
    return math.exp(min(high, 700.0)) - math.exp(min(low, 700.0))


def carrier(network: Network) -> str:
    """Say what carries the gradient along the carried state.

    ``lost`` where less than 1/1000 is left, ``detours`` where they are ten times the
    conveyor, ``conveyor`` where it is twice the detours, else ``both``; nothing where
    one of them is not finite.
    """
    parts = (carried(network), "conveyor", "detours")
    whole, conveyor, detours = (left(network, part) for part in parts)
    if not all(map(math.isfinite, (whole, conveyor, detours))):
        return ""
    if whole < GONE:
        return "lost"
    if detours > conveyor + math.log(10):
        return "detours"
    return "conveyor" if conveyor > detours + math.log(2) else "both"


def _late(network: Network, block: str) -> float:
    curve = network.row.curve("spectral_norm", block=block)
    if curve is None:
        return math.nan
    half = int(np.searchsorted(curve.x, curve.x[-1] / 2))
    if half == len(curve.x) - 1:
        return math.nan
    with np.errstate(invalid="ignore"):
        fall = curve.mean[-1] - curve.mean[half]
    return float(fall / (curve.x[-1] - curve.x[half]))


def _mean(values: np.ndarray) -> float:
    finite = values.size and np.isfinite(values).all()
    return float(values.mean()) if finite else math.nan
