"""Records added to stores made by chance: few lags, few indices, short tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gradlab.labelled import LabelledArray
from tests import made_up
from tests.claims.parts import layers


def added(made: made_up.Made, seed: int) -> made_up.Made:
    """Return the store with short records drawn by chance, the same for each seed."""
    rng = np.random.default_rng([47, seed])
    exponents = rng.random() < 0.4
    for network in _networks(made):
        ranks = rng.choice([1.0, 1.04, 1.6, 3.0, 15.0])
        top = rng.choice([-2.0, -0.1, -1e-3, 0.0, 0.02])
        for point in network:
            if "stable_rank" in point.records:
                noise = 0.1 * rng.random()
                records = {"stable_rank": _stable_rank(point, ranks + noise)}
                if exponents:
                    records["lyapunov_exponents"] = _exponents(top + 0.001 * noise)
                    off = rng.choice([3e-12, 4.4e-14, np.nan])
                    found = LabelledArray("sum_rule_residual", {}, np.float64(off))
                    records["sum_rule_residual"] = found
                    rates = point.records.get("growth_rate")
                    if rates is not None and rates.has(block="cc"):
                        records["hidden_only_exponent"] = _alone(ranks - 3.0 - noise)
                point.records = {**point.records, **records}
        norm = rng.choice([0.5, 1.0, 1.2, 2.5])
        for point in network:
            point.records = {**point.records, **_weights(point, norm)}
        _with_layers(rng, network)
    return _with_passes_back(made, seed)


def every_step(points: list[made_up.Params], seed: int) -> list[made_up.Params]:
    """In some stores: a few of the points again, with a loss at every step."""
    if np.random.default_rng([48, seed]).random() > 0.15:
        return []
    longest = max((p["length"] for p in points), default=0)
    return [{**p, "loss": "every"} for p in points if p["length"] == longest][:6]


def _with_passes_back(made: made_up.Made, seed: int) -> made_up.Made:
    """Shares of the last steps, gradients of the loss, pairs of steps, each in some."""
    rng = np.random.default_rng([49, seed])
    shares, losses, pairs = rng.random(3) < (0.4, 0.4, 0.3)
    for network in _networks(made):
        share = float(rng.choice([-0.05, 0.02, 0.02, 0.3, 0.98, 1.0, 1.2]))
        rate = float(rng.choice([-3.0, -0.3, -0.1, -0.001, 0.0, 0.001, 0.3]))
        ended = float(rng.choice([0.0, 0.0, 0.0, -math.inf, math.nan]))
        for point in (p for p in network if p.measured):
            length, noise = point.params["length"], 1e-3 * rng.random()
            some = {}
            if shares:
                some["weight_share"] = _share(length, share + noise + ended * 0.0)
            if losses:
                flat = 1e-3 if point.params["loss"] == "every" else 1.0
                some["loss_gradient"] = _gradient(length, flat * rate + noise, ended)
            if pairs:
                some["triangle"] = _triangle(length, rate + noise)
            point.records = {**point.records, **some}
    return made


def _share(length: int, share: float) -> LabelledArray:
    """The share of the last five steps, and what is left for the first."""
    steps = tuple(sorted({1, max(length - 5, 1), max(length - 4, 1), length}))
    last = [step > length - 5 for step in steps]
    parts = np.where(last, share / sum(last), 0.0)
    parts[0] += 1.0 - parts.sum()
    return LabelledArray("weight_share", {"step": steps}, parts)


def _gradient(length: int, rate: float, ended: float) -> LabelledArray:
    """By h at a few steps; at the first one perhaps an exact zero, or no number."""
    steps = tuple(sorted({0, 1, (length + 1) // 2, length}))
    values = rate * (length - np.array(steps, dtype=float))
    values[0] += ended
    coords = {"block": ("h",), "step": steps}
    return LabelledArray("loss_gradient", coords, values[None])


def _triangle(length: int, rate: float) -> LabelledArray:
    """Two later steps and a few lags; NaN where a lag reaches before the start."""
    steps = tuple(sorted({(length + 1) // 2, length}))
    lags = tuple(sorted({0, 1, (length + 1) // 2, length}))
    back = np.array(lags, dtype=float)
    there = back <= np.array(steps)[:, None]
    values = np.where(there, rate * back, np.nan)
    return LabelledArray("triangle", {"step": steps, "lag": lags}, values)


def _networks(made: made_up.Made) -> list[list[made_up.Point]]:
    found: dict[tuple, list[made_up.Point]] = {}
    for point in made.points:
        axes = [(k, v) for k, v in point.params.items() if k != "seed"]
        found.setdefault(tuple(axes), []).append(point)
    return list(found.values())


def _stable_rank(point: made_up.Point, rank: float) -> LabelledArray:
    """At lag 0 and at the end, where it is NaN if nothing finite is left."""
    ends = point.records["stable_rank"].values[0][[0, -1]]
    lags = (0, point.params["length"])
    values = np.array([[ends[0], math.nan if math.isnan(ends[1]) else rank]])
    coords = {"block": ("joint",), "lag": lags}
    return LabelledArray("stable_rank", coords, values)


def _exponents(top: float) -> LabelledArray:
    values = np.array([top, top - 0.01, top - 0.5, -math.inf])
    return LabelledArray("lyapunov_exponents", {"index": (1, 2, 3, 4)}, values)


def _alone(rate: float) -> LabelledArray:
    return LabelledArray("hidden_only_exponent", {}, np.array(rate))


def _weights(point: made_up.Point, norm: float) -> dict[str, LabelledArray]:
    """Numbers of W_hh, the same in all blocks and for all seeds."""
    found = {}
    for name, value in (("spectral_norm", norm), ("spectral_radius", 0.8 * norm)):
        record = point.records.get(f"weight_{name}")
        if record is not None:
            found[record.name] = replace(
                record, values=np.full_like(record.values, value)
            )
    return found


def _with_layers(rng: np.random.Generator, network: list[made_up.Point]) -> None:
    """Rates within and between layers; now and then one is not finite."""
    count = layers(network[0].params["cell"])
    pairs = [(k, m) for k in range(1, count + 1) for m in range(1, k + 1)]
    rates = rng.choice([-2.0, -0.5, -0.1, -0.01, 0.0, 0.02], size=len(pairs))
    if rng.random() < 0.05:
        rates[0] = rng.choice([-np.inf, np.nan])
    for point in network if count > 1 else ():
        if "growth_rate" in point.records:
            values = rates + 0.01 * rng.random(len(pairs))
            block = {"block": tuple(f"s{k}s{m}" for k, m in pairs)}
            record = LabelledArray("layer_growth_rate", block, values)
            point.records = {**point.records, "layer_growth_rate": record}
