"""Records added to stores made by chance: few lags, few indices, short tables."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gradlab.store.record import Record
from tests import made_up


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
                    rates = point.records.get("growth_rate")
                    if rates is not None and rates.has(block="cc"):
                        records["hidden_only_exponent"] = _alone(ranks - 3.0 - noise)
                point.records = {**point.records, **records}
        norm = rng.choice([0.5, 1.0, 1.2, 2.5])
        for point in network:
            point.records = {**point.records, **_weights(point, norm)}
    return made


def _networks(made: made_up.Made) -> list[list[made_up.Point]]:
    found: dict[tuple, list[made_up.Point]] = {}
    for point in made.points:
        axes = [(k, v) for k, v in point.params.items() if k != "seed"]
        found.setdefault(tuple(axes), []).append(point)
    return list(found.values())


def _stable_rank(point: made_up.Point, rank: float) -> Record:
    """At lag 0 and at the end, where it is NaN if nothing finite is left."""
    ends = point.records["stable_rank"].mean[0][[0, -1]]
    lags = (0, point.params["length"])
    values = np.array([[ends[0], math.nan if math.isnan(ends[1]) else rank]])
    coords = {"block": ("joint",), "lag": lags}
    return Record("stable_rank", 1, {}, coords, values)


def _exponents(top: float) -> Record:
    values = np.array([top, top - 0.01, top - 0.5, -math.inf])
    return Record("lyapunov_exponents", 1, {}, {"index": (1, 2, 3, 4)}, values)


def _alone(rate: float) -> Record:
    return Record("hidden_only_exponent", 1, {}, {}, np.array(rate))


def _weights(point: made_up.Point, norm: float) -> dict[str, Record]:
    """Numbers of W_hh, the same in all blocks and for all seeds."""
    found = {}
    for name, value in (("spectral_norm", norm), ("spectral_radius", 0.8 * norm)):
        record = point.records.get(f"weight_{name}")
        if record is not None:
            found[record.measure] = replace(
                record, mean=np.full_like(record.mean, value)
            )
    return found
