"""What a table says of the parts of networks: blocks, conveyor, cuts, passes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pandas


OUTSIDE = (
    "measure",
    "block",
    "index",
    "step",
    "lag",
    "update",
    "value",
    "sd",
    "seed",
    "length",
)


class Parts:
    """Values of a table by network, measure, block, index and lag.

    A network has ``params``, a ``length`` and a ``label``; ``every`` lists all.
    """

    every: list[Any]

    def __init__(self, table: pandas.DataFrame) -> None:
        self._table = table

    @cached_property
    def _values(self) -> dict[tuple, list[float]]:
        """(network, length, measure, block, index, lag) -> values of the seeds."""
        table = self._table
        axes = [c for c in table.columns if c not in OUTSIDE]
        measure = table["measure"]
        norms, lag = measure == "spectral_norm", table["lag"]
        late = (2 * lag >= table["length"]).fillna(False)
        kinds = measure.isin(("growth_rate", "recurrent_passes", "layer_growth_rate"))
        used = table[(norms & late) | kinds]
        plain = used.astype(object).where(used.notna(), None)
        columns = [plain[a] for a in axes]
        columns += [plain[a] for a in ("length", "measure", "block", "index", "lag")]
        found: dict[tuple, list[float]] = {}
        for *key, value in zip(*columns, used["value"], strict=True):
            found.setdefault((tuple(key[:-5]), *key[-5:]), []).append(float(value))
        return found

    @cached_property
    def _lags(self) -> dict[tuple, set[int]]:
        found: dict[tuple, set[int]] = {}
        for key in self._values:
            found.setdefault(key[:3], set()).add(key[-1])
        return found

    def values(
        self, network: Any, measure: str, length: int = 0, **at: Any
    ) -> list[float]:
        """A measure's values in the seeds that have one."""
        where = (at.get("block"), at.get("index"), at.get("lag"))
        key = (tuple(network.params.values()), length or network.length, measure)
        return self._values.get((*key, *where), [])

    def lags(self, network: Any, measure: str, length: int = 0) -> list[int]:
        """The lags at which a measure is known."""
        head = (tuple(network.params.values()), length or network.length, measure)
        return sorted(self._lags.get(head, ()))

    def left_of(self, network: Any, block: str) -> float:
        """The mean ln of what is left of a block; NaN where not finite."""
        length = network.length
        found = self.values(network, "spectral_norm", block=block, lag=length)
        if not found:
            found = self.values(network, "growth_rate", block=block)
            found = [rate * length for rate in found]
        return mean(found)

    def has_conveyor(self, network: Any) -> bool:
        """Whether a rate of its conveyor was stored, finite or not."""
        return bool(len(self.values(network, "growth_rate", block="conveyor")))

    def rate(self, network: Any, block: str = "joint") -> float:
        """The mean rate of a block; NaN where not finite."""
        return mean(self.values(network, "growth_rate", block=block))

    def late_rates(self, network: Any) -> dict[str, float]:
        """Rates of the four blocks over the later half of the lags; empty without."""
        lags = self.lags(network, "spectral_norm")
        if len(lags) < 2:
            return {}
        rates = {}
        for block in ("hh", "hc", "ch", "cc"):
            first, last = (
                mean(self.values(network, "spectral_norm", block=block, lag=lag))
                for lag in (lags[0], lags[-1])
            )
            rates[block] = (last - first) / (lags[-1] - lags[0])
        return rates if all(map(math.isfinite, rates.values())) else {}

    def layers(self, network: Any) -> list[float]:
        """The mean rate within each layer; empty where one is not finite."""
        count = layers(network.params["cell"])
        found = [
            mean(self.values(network, "layer_growth_rate", block=f"s{k}s{k}"))
            for k in range(1, count + 1)
        ]
        return found if count > 1 and all(map(math.isfinite, found)) else []

    def largest_parts(self) -> tuple[int, dict[str, tuple[str, float, float]]]:
        """Of parts by passes: the lag, and by name the largest, its ln and the whole's.

        At the largest length at which any was measured, at the lag next to its half.
        """
        passes = "recurrent_passes"
        lengths = [key[1] for key in self._values if key[2] == passes]
        length = max(lengths, default=0)
        parts = sorted({k[4] for k in self._values if k[1:3] == (length, passes)})
        lags = {k[5] for k in self._values if k[1:3] == (length, passes)}
        lag = min(lags, key=lambda v: (abs(2 * v - length), v), default=0)
        found = {}
        for network in self.every:
            sizes = {
                part: _sum_over_count(
                    self.values(network, passes, length, index=part, lag=lag)
                )
                for part in parts
            }
            whole = sizes.pop("total", math.nan)
            if math.isfinite(whole):
                largest = max(sizes, key=lambda part: sizes[part])
                found[network.label] = (largest, sizes[largest], whole)
        return lag, found


def layers(spec: str) -> int:
    """How many layers a cell has."""
    count = re.search(r"layers=(\d+)", spec)
    return int(count[1]) if count else 1


def mean(values: Sequence[float]) -> float:
    """The mean, NaN where there is none or it is not finite."""
    finite = values and all(map(math.isfinite, values))
    return sum(values) / len(values) if finite else math.nan


def _sum_over_count(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
