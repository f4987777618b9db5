"""Curves against lag: what is left, rank, share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track, thinned
from gradlab.report.figures.scale import LN10, left_words, number, size_words
from gradlab.report.numbers import percent
from gradlab.report.words import say, spoken


STOPS = 33
"""Most readings along one curve."""


@dataclass(frozen=True)
class Crossing:
    """Where a curve passes a threshold: a dot dropped to the axis, with its step."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Series:
    """One curve.

    key: line-up style key ("rnn", "lstm_chrono", ...) or a part's key ("total",
    "conveyor", "detours"); it decides colour, dash, marker, and whether there is a
    line at all or dots alone.
    x, y: equally long; for scale "left" y is log10 of what is left (-inf and values
    under the floor leave through the floor with an arrow; NaN is a gap).
    low, high: the band (lowest and highest seed, in y's units), or None.
    end: words after the label at the line's end (">256").
    open_end: an open dot at the end (never crossed).
    """

    label: str
    key: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    crossing: Crossing | None = None
    end: str = ""
    open_end: bool = False


@dataclass(frozen=True)
class Curves(AxesData):
    """Curves in one pair of axes.

    scale: "left" (y is log10, floor at `floor`, gridlines in words), "rank" (log2
    axis), "share" (0 to 1, may leave it), "linear".
    shade: label of the grey band below `threshold` (log10), "" for no band.
    x_log2: a log2 x axis (lag 0 is left out there).
    x_marks: vertical marks on x with a label, e.g. ((5, "5 steps"),).
    crossing_label: words after the row of crossing steps ("steps until 1/1000").
    x_name: name of x in readings and in the table ("lag").
    tall: height of the axes, times the usual one.
    x_words: what stands at places of x instead of numbers, e.g. ((9, ">8"),).
    y_words: the same of y, in readings, in the table and as ticks; a linear axis
    reaches them.
    x_end: the x axis runs at least as far.
    sizes: y is a size itself (log10), not what is left of one.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.curves"
    series: Sequence[Series]
    x_label: str
    y_label: str
    scale: str = "left"
    shade: str = ""
    threshold: float = -3.0
    floor: float = -12.0
    x_log2: bool = False
    x_marks: Sequence[tuple[float, str]] = ()
    crossing_label: str = field(default_factory=lambda: spoken("drawing").CROSSING)
    x_name: str = field(default_factory=lambda: spoken("drawing").LAG)
    x_words: Sequence[tuple[float, str]] = ()
    y_words: Sequence[tuple[float, str]] = ()
    tall: float = 1.0
    x_end: float = 0.0
    sizes: bool = False

    def tracks(self) -> list[Track]:
        """One track a curve, thinned to at most `STOPS` readings."""
        return [
            Track(series.label, tuple(self._spots(series))) for series in self.series
        ]

    def _spots(self, series: Series) -> list[Spot]:
        spots = []
        for i in thinned(len(series.x), STOPS):
            x, y = float(series.x[i]), float(series.y[i])
            if self.x_log2 and x <= 0 or math.isnan(y):
                continue
            text = f"{series.label}; {self.x_name} {self.place(x)}; {self.say(y)}"
            if series.low is not None and series.high is not None:
                low, high = float(series.low[i]), float(series.high[i])
                if math.isfinite(low) and math.isfinite(high) and low != high:
                    ends = {"low": self.say(low), "high": self.say(high)}
                    text = say(spoken("drawing").RANGE, value=text, **ends)
            spots.append(Spot(x, y, text))
        return spots

    def place(self, x: float) -> str:
        """A value of x in words."""
        return dict(self.x_words).get(x, f"{x:g}")

    def say(self, y: float) -> str:
        """A value of y in words."""
        if y in dict(self.y_words):
            return dict(self.y_words)[y]
        if self.scale == "left":
            return size_words(y * LN10) if self.sizes else left_words(y * LN10)
        if self.scale == "share" and math.isfinite(y):
            return percent(y) if 0.995 <= y < 1.005 else f"{100 * y:.3g} %"
        return number(y) if math.isfinite(y) else str(y)

    def table(self) -> TableData:
        """One row per drawn value, long form."""
        log10 = "log10_size" if self.sizes else "log10_left"
        unit = log10 if self.scale == "left" else self.scale
        head = ["curve", self.x_name, unit, "low", "high"]
        rows = []
        for series in self.series:
            for i, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
                low = "" if series.low is None else float(series.low[i])
                high = "" if series.high is None else float(series.high[i])
                at = self.place(x) if self.x_words else float(x)
                value = dict(self.y_words).get(float(y), float(y))
                rows.append([series.label, at, value, low, high])
        return head, rows

    def grid(self) -> TableData:
        """Lags down, curves across, at no more than a dozen lags."""
        places = sorted({float(x) for series in self.series for x in series.x})
        chosen = [places[i] for i in thinned(len(places), 13)]
        values = [
            dict(zip(map(float, s.x), map(float, s.y), strict=True))
            for s in self.series
        ]
        rows = [
            [self.place(x), *(self.say(v[x]) if x in v else "" for v in values)]
            for x in chosen
        ]
        return [self.x_name, *(series.label for series in self.series)], rows
