"""One row of the line-up: its points over seeds and lengths, aggregated by rule.

Over sequences (in the store) and over seeds the mean is geometric: logarithms are
averaged. Bands are the lowest and the highest seed; intervals are 95 % over seeds.

A seed is dead where its gradient over a whole sequence is exactly zero. The numbers of
a row are over its seeds that are not dead, and it says how many are; a row of which all
seeds are dead is dead itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from gradlab import statistics
from gradlab.axes import own_input_bias
from gradlab.report.story import labels


HORIZON_AT = 1e-3
"""The share of a gradient below which it counts as out of reach (horizon)."""


@dataclass(frozen=True)
class Spread:
    """A quantity over seeds: mean, 95 % interval (NaN without), extremes, count."""

    mean: float
    low: float
    high: float
    lowest: float
    highest: float
    seeds: int


@dataclass(frozen=True)
class Size:
    """What is left at one lag over one length: ln, and its verdict word.

    dead, broken: how many seeds are exactly zero, or not finite; step: where first.
    """

    spread: Spread
    word: str
    dead: int = 0
    broken: int = 0
    step: float = math.nan

    @property
    def ln(self) -> float:
        """Mean ln of what is left over the seeds that have a size."""
        return self.spread.mean

    @property
    def seeds(self) -> int:
        """How many seeds there are, dead ones too."""
        return self.spread.seeds + self.dead + self.broken


@dataclass(frozen=True)
class CurveOf:
    """A curve over seeds: mean with the lowest and highest seed at each x."""

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: int


@dataclass(frozen=True)
class Row:
    """One network of the line-up. `by_length`: length -> its points, one per seed."""

    label: str
    short: str
    key: str
    params: Mapping[str, Any]
    by_length: Mapping[int, tuple]
    thresholds: tuple[float, ...]
    names: ModuleType
    extra: tuple[str, ...] = ()
    _sizes: dict = field(default_factory=dict, repr=False, compare=False)
    _living: dict = field(default_factory=dict, repr=False, compare=False)

    @property
    def cell(self) -> str:
        """The cell as it was asked for: ``lstm:peephole``."""
        return str(self.params["cell"])

    @property
    def family(self) -> str:
        """The cell without options: ``lstm``."""
        return self.cell.partition(":")[0]

    @property
    def bias(self) -> object:
        """``keep`` (PyTorch's default), a number, ``chrono``; None where none is."""
        return self.params.get("forget_bias")

    @property
    def biases(self) -> tuple[object, object]:
        """The forget bias, and the input bias where it does not follow from it."""
        return self.bias, own_input_bias(self.params)

    @property
    def bias_name(self) -> str:
        """``forget bias 3``, ``chrono``, or nothing."""
        return labels.bias_name(self.params, self.names)

    @property
    def extras(self) -> str:
        """What else tells the row apart: ``relu, gain 2``, or nothing."""
        return labels.extras(self.params, self.extra, self.names)

    @property
    def init_name(self) -> str:
        """How the recurrent weights were drawn."""
        return labels.init_name(self.params.get("init"), self.names)

    @cached_property
    def length(self) -> int:
        """The largest length of this row."""
        return max(self.by_length)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """All lengths of this row, ascending."""
        return tuple(sorted(self.by_length))

    def points(self, length: int | None = None) -> tuple:
        """The points of one length (the largest one by default), one per seed."""
        return self.by_length.get(self.length if length is None else length, ())

    def living(self, length: int | None = None) -> tuple:
        """The points of one length that are not dead; all where every one is."""
        length = self.length if length is None else length
        if length not in self._living:
            points = self.points(length)
            found = tuple(p for p in points if left_of(p, length, "joint") != -math.inf)
            self._living[length] = found or points
        return self._living[length]

    def values(self, measure: str, length: int | None = None, **at: Any) -> np.ndarray:
        """One number per seed that has it, of those that are not dead."""
        return _values(self.living(length), measure, **at)

    def spread(self, measure: str, length: int | None = None, **at: Any) -> Spread:
        """A measure over seeds."""
        return spread_of(self.values(measure, length, **at))

    def has(self, measure: str, **at: Any) -> bool:
        """Whether any point of the largest length holds this."""
        return bool(self.values(measure, **at).size)

    def rate(self, block: str = "joint", length: int | None = None) -> Spread:
        """Growth per step in nats; below three seeds with their batch means."""
        spread = self.spread("growth_rate", length, block=block)
        if not spread.seeds and block == "joint":
            found = self.ends(self.length if length is None else length, block)
            return spread_of(found[np.isfinite(found)] / (length or self.length))
        if not 0 < spread.seeds < statistics.MIN_SEEDS:
            return spread
        low = self.values("growth_rate_low", length, block=block)
        high = self.values("growth_rate_high", length, block=block)
        if not low.size == high.size == spread.seeds:
            return spread
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            return spread  # of an exact zero: the rate is -inf, without an interval
        half = float(np.sqrt(np.sum((high - low) ** 2))) / 2 / spread.seeds
        bounds = spread.mean - half, spread.mean + half
        return Spread(spread.mean, *bounds, spread.lowest, spread.highest, spread.seeds)

    def size(self, length: int | None = None, block: str = "joint") -> Size:
        """What is left of the gradient over a whole sequence."""
        length = self.length if length is None else length
        if (length, block) not in self._sizes:
            self._sizes[length, block] = self._size(length, block)
        return self._sizes[length, block]

    def _size(self, length: int, block: str) -> Size:
        found = self.ends(length, block)
        breaks = _values(self.points(length), "breakdown", index="not_finite")
        broken = int(np.sum(np.isnan(found) | (found == np.inf)))
        broken = max(broken, min(breaks.size, found.size))
        dead = int(np.sum(found == -np.inf))
        spread = spread_of(found[np.isfinite(found)])
        spread = self._with_batches(spread, length, block)
        if not spread.seeds:
            end = -math.inf if dead > broken else math.nan
            spread = Spread(end, math.nan, math.nan, end, end, 0)
        word = self._word(spread, dead, broken)
        if word == "dead":
            breaks = _values(self.points(length), "breakdown", index="dead")
        step = float(breaks.min()) if breaks.size else math.nan
        return Size(spread, word, dead, broken, step)

    def ends(self, length: int, block: str = "joint") -> np.ndarray:
        """Ln of what is left, one per seed that was measured.

        NaN: not finite; -inf: dead.
        """
        ends = (left_of(point, length, block) for point in self.points(length))
        return np.array([end for end in ends if end is not None], dtype=float)

    def _with_batches(self, spread: Spread, length: int, block: str) -> Spread:
        """Below three seeds: the interval of the rate from batch means, times T."""
        few = 0 < spread.seeds < statistics.MIN_SEEDS
        if not few or len(self.living(length)) != spread.seeds:
            return spread
        rate = self.rate(block, length)
        half_low, half_high = rate.mean - rate.low, rate.high - rate.mean
        if not (math.isfinite(half_low) and math.isfinite(half_high)):
            return spread
        low, high = spread.mean - half_low * length, spread.mean + half_high * length
        return Spread(
            spread.mean, low, high, spread.lowest, spread.highest, spread.seeds
        )

    def _word(self, spread: Spread, dead: int, broken: int) -> str:
        if not spread.seeds:
            if not dead and not broken:
                return ""
            return "dead" if dead > broken else "not_finite"
        word = verdict(spread, self.thresholds)
        if dead and word != "vanishing":
            return "undetermined"
        if broken and word != "exploding":
            return "undetermined"
        return word

    def horizon(self, length: int | None = None) -> float:
        """Steps back until less than 1/1000 is left: the median seed; inf: beyond T."""
        found = self.values("horizon", length)
        if found.size:
            return float(np.median(found))
        curve = self.curve("spectral_norm", length, block="joint")
        if curve is None:
            return math.nan
        return float(
            statistics.horizon(curve.x, curve.mean, HORIZON_AT, interpolate=True)
        )

    def curve(
        self, measure: str, length: int | None = None, **at: Any
    ) -> CurveOf | None:
        """A measure's curve over its lags or steps, geometric mean over seeds."""
        found = [c for p in self.living(length) if (c := curve_of(p, measure, **at))]
        if not found:
            return None
        x = found[0][0]
        rows = np.stack([y for x_, y in found if len(x_) == len(x)])
        with np.errstate(invalid="ignore"):
            mean = rows.mean(axis=0)
        return CurveOf(x, mean, rows.min(axis=0), rows.max(axis=0), len(rows))

    def drawn(self, measure: str, length: int | None = None, **at: Any) -> CurveOf:
        """The same, where it is known to be there.

        Raises:
            LookupError: no point of this row has it.
        """
        found = self.curve(measure, length, **at)
        if found is None:
            raise LookupError(f"{self.label} has no curve of {measure} at {at}")
        return found


def left_of(point: Any, length: int, block: str) -> float | None:
    """Ln of what is left over a whole sequence; None: not measured."""
    record = point.record("spectral_norm")
    if record is not None and record.has(block=block, lag=length):
        return float(record.at(block=block, lag=length))
    rate = point.record("growth_rate")
    if rate is not None and rate.has(block=block):
        return float(rate.at(block=block)) * length
    return None


def _values(points: Sequence[Any], measure: str, **at: Any) -> np.ndarray:
    """One number per point that has it."""
    found = [value_of(point, measure, **at) for point in points]
    return np.array([v for v in found if not math.isnan(v)], dtype=float)


def value_of(point: Any, measure: str, **at: Any) -> float:
    """One number of a point's record; NaN where it has none."""
    record = point.record(measure)
    if record is None:
        return math.nan
    try:
        found = record.at(**at)
    except KeyError:
        return math.nan
    return found if isinstance(found, float) else math.nan


def curve_of(
    point: Any, measure: str, **at: Any
) -> tuple[np.ndarray, np.ndarray] | None:
    """A record's curve (x, mean), or None where the point has none."""
    record = point.record(measure)
    if record is None:
        return None
    try:
        x, mean = record.curve(**at)
    except KeyError:
        return None
    return np.asarray(x, dtype=float), np.asarray(mean, dtype=float)


def spread_of(values: np.ndarray) -> Spread:
    """Mean, 95 % interval (from 3 values), extremes and count."""
    if values.size == 0:
        nan = math.nan
        return Spread(nan, nan, nan, nan, nan, 0)
    low = high = math.nan
    mean = float(np.mean(values))
    if values.size >= 3 and np.isfinite(values).all():
        mean, low, high = (float(v) for v in statistics.interval(values))
    return Spread(
        mean, low, high, float(values.min()), float(values.max()), int(values.size)
    )


def verdict(spread: Spread, thresholds: tuple[float, ...]) -> str:
    """The verdict word of what is left; without an interval by the value alone."""
    low = spread.low if math.isfinite(spread.low) else spread.mean
    high = spread.high if math.isfinite(spread.high) else spread.mean
    return str(statistics.verdict(spread.mean, low, high, thresholds))
