"""A scatter: measured against predicted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gradlab.report.figures.base import AxesData, Margins, Spot, TableData, Track
from gradlab.report.figures.scale import kept_words, number


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style


@dataclass(frozen=True)
class Point:
    """One point; `key` gives colour and marker.

    joined: x of a second, smaller mark at the same height, joined by a line.
    show_label: False leaves the label to pointer, keys and table.
    """

    x: float
    y: float
    label: str
    key: str
    joined: float | None = None
    show_label: bool = True


@dataclass(frozen=True)
class Scatter(AxesData):
    """Points in one pair of axes.

    x_scale, y_scale: "kept" (nats per step, ticks in percent kept) or "linear".
    diagonal: the line y = x, with its label ("" for none).
    lines: vertical lines (x, label). joined_label: what the second mark is;
    main_label: what the first one is.
    """

    kind: ClassVar[str] = "scatter"
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

    def margins(self, width: float, style: Style, *, alone: bool) -> Margins:
        """Ticks left, axis below, y label and key above."""
        from gradlab.report.figures import scatter_axes

        return scatter_axes.margins(self, width, style)

    def body(self, width: float, style: Style) -> float:
        """Nearly square where narrow."""
        return min(2.7, max(2.0, 0.72 * width))

    def paint(self, axes: Axes, style: Style, *, alone: bool = True) -> None:
        """Axes, lines, points, labels that keep apart."""
        from gradlab.report.figures import scatter_axes

        scatter_axes.paint(self, axes, style)

    def say(self, point: Point) -> str:
        """A point in words."""
        words = [
            point.label,
            f"{self.x_label}: {_value(point.x, self.x_scale)}",
            f"{self.y_label}: {_value(point.y, self.y_scale)}",
        ]
        if point.joined is not None:
            name = self.joined_label or "second mark"
            words.append(f"{name}: {_value(point.joined, self.x_scale)}")
        return "; ".join(words)

    def tracks(self) -> list[Track]:
        """One track through all drawn points, from low to high."""
        from gradlab.report.figures.scatter_axes import drawable

        points = sorted(drawable(self), key=lambda p: p.y)
        return [Track("points", tuple(Spot(p.x, p.y, self.say(p)) for p in points))]

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
        head = ["network", self.x_label, self.y_label]
        joined = any(p.joined is not None for p in self.points)
        rows = []
        for p in self.points:
            row = [p.label, _value(p.x, self.x_scale), _value(p.y, self.y_scale)]
            if joined:
                row.append("" if p.joined is None else _value(p.joined, self.x_scale))
            rows.append(row)
        return [*head, self.joined_label or "second mark"] if joined else head, rows


def _value(value: float, scale: str) -> str:
    if scale == "kept":
        return kept_words(value)
    return number(value) if math.isfinite(value) else "not finite"
