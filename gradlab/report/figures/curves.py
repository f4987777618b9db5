"""Curves against lag: what is left, rank, share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData, TableData


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
    "conveyor", "detours"); it decides colour, dash, marker.
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
    x_name: name of x in readings and in the table ("lag").
    """

    kind: ClassVar[str] = "curves"
    series: Sequence[Series]
    x_label: str
    y_label: str
    scale: str = "left"
    shade: str = ""
    threshold: float = -3.0
    floor: float = -12.0
    x_log2: bool = False
    x_marks: Sequence[tuple[float, str]] = ()
    x_name: str = "lag"
