"""What a backward pass brings: gradients of the loss, shares of the weight gradient.

Curves are over lag, steps back from the last one, ascending.
"""

from __future__ import annotations

import math

import numpy as np

from gradlab.report.evidence.networks import Network, Networks
from gradlab.report.story.rows import CurveOf, Row


LAST = 5
"""So many last steps are told from all others."""


def gradient(row: Row, block: str = "h") -> CurveOf | None:
    """Ln |dL/ds_t| of one part of the state, or None where it was not measured.

    With a loss at every step it ends at h_1: h_0 has no loss of its own.
    """
    curve = row.curve("loss_gradient", block=block)
    if curve is None:
        return None
    first = 1 if row.params.get("loss") == "every" else 0
    back = [k for k in np.argsort(-curve.x) if curve.x[k] >= first]
    ends = (curve.mean[back], curve.low[back], curve.high[back])
    return CurveOf(row.length - curve.x[back], *ends, curve.seeds)


def gathered(row: Row) -> CurveOf | None:
    """Share of dL/dW_hh from the last steps, up to each lag; the mean over seeds.

    Seeds whose weight gradient is zero have no shares and are left out.
    """
    records = [p.record("weight_share") for p in row.living()]
    curves = [record.curve() for record in records if record is not None]
    seeds = [np.cumsum(np.asarray(shares)[::-1]) for _, shares in curves]
    seeds = [shares for shares in seeds if np.isfinite(shares).all()]
    if not seeds:
        return None
    lag = row.length + 1.0 - np.asarray(curves[0][0])[::-1]
    found = np.stack(seeds)
    ends = (found.mean(axis=0), found.min(axis=0), found.max(axis=0))
    return CurveOf(lag, *ends, len(seeds))


def share_of_last(network: Network) -> float:
    """Share of dL/dW_hh from the last five steps; NaN where there are no more."""
    found = gathered(network.row) if network.length > LAST else None
    if found is None:
        return math.nan
    return float(found.mean[np.searchsorted(found.x, LAST, side="right") - 1])


def sharing(networks: Networks) -> list[Network]:
    """Networks in which the last steps have a share, PyTorch's weights first."""
    found = networks.having("weight_share")
    found = [n for n in found if not math.isnan(share_of_last(n))]
    return sorted(found, key=lambda n: not n.customary)


def passes(networks: Networks, loss: str) -> list[tuple[Network, CurveOf]]:
    """Networks with gradients by h, of the loss at the last or at every step."""
    found = [(n, gradient(n.row)) for n in networks.having("loss_gradient")]
    return [
        (network, curve)
        for network, curve in found
        if curve is not None and network.row.params.get("loss", "last") == loss
    ]


def spread(curve: CurveOf) -> float:
    """Ln of the largest factor between two steps of a curve; inf if one is 0."""
    return float(np.ptp(curve.mean)) if np.isfinite(curve.mean).all() else math.inf
