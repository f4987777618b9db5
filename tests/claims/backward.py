"""Backward passes, pairs of steps and formats by the exported table: pandas alone."""

from __future__ import annotations

import math
from statistics import median

from tests.claims.holders import Holder, having
from tests.claims.sweep import Sweep, mean


def by_seed(network: Holder, rows: list[dict]) -> dict[int, list[dict]]:
    """Some rows of a network, apart by seed."""
    found: dict[int, list[dict]] = {}
    for row in rows:
        found.setdefault(row["seed"], []).append(row)
    return found


def last_shares(sweep: Sweep) -> dict[str, float]:
    """By name the share of the last five steps: the mean over seeds that have one."""
    found = {}
    for network in having(sweep, "weight_share"):
        seeds = by_seed(network, network.rows).values()
        whole = [rows for rows in seeds if all(math.isfinite(r["value"]) for r in rows)]
        last = [
            sum(r["value"] for r in rows if r["step"] > network.length - 5)
            for rows in whole
        ]
        if last and network.length > 5:
            found[network.label] = mean(last)
    return found


def by_lag(network: Holder) -> dict[int, float]:
    """Lag -> the mean ln of the gradient by h; with a loss at every step not h_0's."""
    found: dict[int, list[float]] = {}
    for row in network.rows:
        if row["block"] == "h":
            found.setdefault(network.length - row["step"], []).append(row["value"])
    if network.params["loss"] == "every":
        found.pop(network.length)
    return {lag: mean(values) for lag, values in found.items()}


def with_loss(sweep: Sweep, loss: str) -> list[Holder]:
    """Networks with a gradient by h of this loss."""
    found = [n for n in having(sweep, "loss_gradient") if n.params["loss"] == loss]
    return [n for n in found if any(row["block"] == "h" for row in n.rows)]


def shares_of_pairs(sweep: Sweep, above: float, up_to: float) -> dict[str, float]:
    """By name the share of pairs between which so much is left, the mean over seeds."""
    found = {}
    for network in having(sweep, "triangle"):
        pairs = [r for r in network.rows if 0 < r["lag"] <= r["step"]]
        seeds = [[r["value"] for r in p] for p in by_seed(network, pairs).values()]
        seeds = [s for s in seeds if any(map(math.isfinite, s))]
        if seeds:
            low, high = math.log(above), math.log(up_to) if up_to < math.inf else up_to
            within = [[low < v <= high for v in values] for values in seeds]
            found[network.label] = mean([sum(w) / len(w) for w in within])
    return found


def format_lags(sweep: Sweep, form: str, kind: str) -> dict[str, float]:
    """By name the median seed's whole steps, of networks finite at the end."""
    found = {}
    for network in having(sweep, "finite_precision"):
        lags = network.values(block=form, index=kind)
        if network.finite and lags:
            middle = median(lags)
            found[network.label] = middle if middle == math.inf else math.ceil(middle)
    return found
