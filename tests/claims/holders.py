"""Networks with a given measure, by the exported table: pandas alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas

from tests.claims.sweep import Sweep, keys_of, label, mean, records


@dataclass(frozen=True)
class Holder:
    """A network with some measure at that measure's largest length.

    Attributes:
        unbiased: its name without its biases.
        rows: of the table, of that measure, without the axes.
        lefts: ln of what is left, by seed, where that was measured too.
    """

    params: dict[str, Any]
    length: int
    label: str
    unbiased: str
    rows: list[dict]
    lefts: tuple[float, ...]

    @property
    def finite(self) -> bool:
        """Whether something finite is left in every seed."""
        return bool(self.lefts) and all(math.isfinite(v) for v in self.lefts)

    @property
    def left(self) -> float:
        """The mean ln of what is left."""
        return mean(self.lefts)

    def values(self, **at: Any) -> list[float]:
        """The measure by seed, where it is a number."""
        found = [r for r in self.rows if all(r[k] == v for k, v in at.items())]
        return [r["value"] for r in found if not math.isnan(r["value"])]

    @property
    def directions(self) -> float:
        """The geometric mean of the stable rank at the last lag."""
        found = [v for v in self.values(block="joint", lag=self.length) if v > 0]
        return math.exp(mean([math.log(v) for v in found]))

    @property
    def size(self) -> int:
        """Of how many numbers the state is."""
        return round(mean(self.values(block="joint", lag=0)))

    @property
    def exponents(self) -> list[float]:
        """The means over seeds, at all indices; -inf where a direction is dead."""
        by_index: dict[str, list[float]] = {}
        for row in self.rows:
            by_index.setdefault(row["index"], []).append(row["value"])
        return [mean(values) for values in by_index.values()]

    @property
    def lasting(self) -> int:
        """How many exponents keep more than 1/1000 over all steps."""
        return sum(v * self.length > math.log(1e-3) for v in self.exponents)


@lru_cache(maxsize=16)  # the claims of a store ask for the same few measures
def having(sweep: Sweep, measure: str) -> list[Holder]:
    """All networks with this measure at its largest length."""
    whole, table = sweep.whole, sweep.table
    names = whole["measure"]
    every = whole[names == measure]
    each = records(every.drop_duplicates(sweep.axes))
    values = [{row[a] for row in each} - {None} for a in sweep.axes]
    varied = [a for a, v in zip(sweep.axes, values, strict=True) if len(v) > 1]
    length = int(every["length"].max()) if len(every) else 0
    seeds: dict[tuple, dict[int, None]] = {}
    every = every[every["length"] == length]
    keys = keys_of(every, sweep.axes)
    for key, seed in zip(keys, every["seed"].tolist(), strict=True):
        seeds.setdefault(key, {})[seed] = None
    networks = _by_network(every, sweep)  # where only dead seeds have it, theirs
    own = table[(table["measure"] == measure) & (table["length"] == length)]
    networks |= _by_network(own, sweep)
    ends = (names == "spectral_norm") & (whole["lag"] == length)
    joint = (whole["block"] == "joint") & (whole["length"] == length)
    lefts: dict[tuple, dict[tuple, float]] = {}
    for used, scale in ((names == "growth_rate", length), (ends.fillna(False), 1)):
        some = whole[joint & used]
        keys = keys_of(some, sweep.axes)
        for key, row in zip(keys, records(some[["seed", "value"]]), strict=True):
            lefts.setdefault(key, {})[row["seed"]] = row["value"] * scale
    found = []
    for key, rows in networks.items():
        params = dict(zip(sweep.axes, key, strict=True))
        own_lefts = [lefts.get(key, {}).get(seed) for seed in seeds[key]]
        ended = tuple(v for v in own_lefts if v is not None)
        name = label(params, varied)
        cell = label({**params, "forget_bias": None, "input_bias": None}, varied)
        found.append(Holder(params, length, name, cell, rows, ended))
    return found


def _by_network(table: pandas.DataFrame, sweep: Sweep) -> dict[tuple, list[dict]]:
    """The rows of each network."""
    found: dict[tuple, list[dict]] = {}
    keys, rows = keys_of(table, sweep.axes), records(table.drop(columns=sweep.axes))
    for key, row in zip(keys, rows, strict=True):
        found.setdefault(key, []).append(row)
    return found


def one_of(name: str, found: Sequence[Holder]) -> Holder:
    """The one of this name; there must be one."""
    (one,) = [holder for holder in found if holder.label == name]
    return one
