"""A scatter: measured against predicted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track
from gradlab.report.figures.scale import kept_words, number
from gradlab.report.words import spoken


@dataclass(frozen=True)
class Point:
    """One point; `key` gives colour and marker.

    joined: x of a second, smaller mark at the same height, joined by a line.
    """

    x: float
    y: float
    label: str
    key: str
    joined: float | None = None

    @property
    def second(self) -> float:
        """X of the second mark, NaN where there is none to draw."""
        drawn = self.joined is not None and math.isfinite(self.joined)
        return float(self.joined or 0.0) if drawn else math.nan


@dataclass(frozen=True)
class Scatter(AxesData):
    """Points in one pair of axes.

    x_scale, y_scale: "kept" (nats per step, ticks in percent kept) or "linear".
    diagonal: the line y = x, with its label ("" for none).
    lines: vertical lines (x, label). joined_label: what the second mark is;
    main_label: what the first one is.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.scatter"
    least: ClassVar[float] = 2.6
    points: Sequence[Point]
    x_label: str
    y_label: str
    x_scale: str = "kept"
    y_scale: str = "kept"
    diagonal: str = ""
    lines: Sequence[tuple[float, str]] = ()
    main_label: str = ""
    joined_label: str = ""

    def drawable(self) -> list[Point]:
        """Points with finite coordinates."""
        return [p for p in self.points if math.isfinite(p.x) and math.isfinite(p.y)]

    def say(self, point: Point) -> str:
        """A point in words."""
        words = [
            point.label,
            f"{self.x_label}: {_value(point.x, self.x_scale)}",
            f"{self.y_label}: {_value(point.y, self.y_scale)}",
        ]
        if point.joined is not None:
            name = self.joined_label or spoken("drawing").SECOND_MARK
            words.append(f"{name}: {_value(point.joined, self.x_scale)}")
        return "; ".join(words)

    def tracks(self) -> list[Track]:
        """One track through all drawn points, from low to high."""
        points = sorted(self.drawable(), key=lambda p: p.y)
        name = spoken("drawing").POINTS
        return [Track(name, tuple(Spot(p.x, p.y, self.say(p)) for p in points))]

    def table(self) -> TableData:
        """One row per point."""
        head = ["network", self.x_label, self.y_label, self.joined_label or "joined"]
        rows = [
            [
                p.label,
                float(p.x),
                float(p.y),
                "" if p.joined is None else float(p.joined),
            ]
            for p in self.points
        ]
        return head, rows

    def grid(self) -> TableData:
        """One row per point, in words."""
        w = spoken("drawing")
        head = [w.NETWORK, self.x_label, self.y_label]
        joined = any(p.joined is not None for p in self.points)
        rows = []
        for p in self.points:
            row = [p.label, _value(p.x, self.x_scale), _value(p.y, self.y_scale)]
            if joined:
                row.append("" if p.joined is None else _value(p.joined, self.x_scale))
            rows.append(row)
        return [*head, self.joined_label or w.SECOND_MARK] if joined else head, rows


def _value(value: float, scale: str) -> str:
    if scale == "kept":
        return kept_words(value)
    return number(value) if math.isfinite(value) else spoken("drawing").NOT_FINITE
