"""What might predict a rate: gates, numbers of W_hh, dh/dh alone."""

from __future__ import annotations

import math

from gradlab.report.evidence.networks import Network, Networks
from gradlab.report.evidence.roads import carried, rate
from gradlab.report.story.rows import Row


TEN = math.log(10)
THOUSAND = math.log(1000)
NORM, RADIUS = "weight_spectral_norm", "weight_spectral_radius"
EXACT = 5e-4
"""So near to 1 a number of orthogonal weights is 1, but for rounding."""


def with_gates(networks: Networks) -> list[Network]:
    """Return those of a conveyor whose rate, like that of the whole, is finite."""
    return [n for n in networks.every if math.isfinite(gates_gap(n))]


def gates_gap(network: Network) -> float:
    """Return how much faster the whole grows than its conveyor, nats a step."""
    return rate(network) - rate(network, "conveyor")


def misread(networks: Networks) -> list[Network]:
    """Return those with both h and c in which dh/dh alone and the whole have rates."""
    found = [n for n in networks.every if carried(n) == "cc"]
    return [n for n in found if math.isfinite(hidden_gap(n))]


def hidden_gap(network: Network) -> float:
    """Return how much faster the whole grows than dh/dh alone, nats a step.

    The product of dh/dh at fixed c is what is left where the path along c is cut.
    """
    return rate(network) - rate(network, "no_cell_path")


def typical_gate(row: Row) -> float:
    """E ln f of the gate that keeps the past; NaN where it was not measured."""
    return row.spread("gate_log_mean", block="keep_gate").mean


def recurrent(row: Row, measure: str) -> float:
    """A number of W_hh where it is one block, of a cell without gates; or NaN."""
    return row.spread(measure, block="recurrent").mean


def on_side(networks: Networks, measure: str, above: bool) -> list[Network]:
    """Return those whose W_hh has this number above 1, or those where it is not."""
    found = [(n, recurrent(n.row, measure)) for n in networks.having(measure)]
    found = [(n, value) for n, value in found if value > 0 and n.ln_lefts.size]
    return [n for n, value in found if (value > 1 + EXACT) == above]


def lost(found: list[Network]) -> int:
    """Return of how many less than 1/1000 is left."""
    return sum(n.ln_left < -THOUSAND for n in found)
