"""A dot plot: rows against a scale of rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gradlab.report.figures.base import AxesData, Margins, Spot, TableData, Track
from gradlab.report.figures.scale import kept_words, left_words, number


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style

ROW_HEIGHT = 0.27


@dataclass(frozen=True)
class Marks:
    """One kind of mark over all rows.

    key: "all_paths" (filled circle), "no_detours" (triangle), "no_cell_path"
    (cross), or a line-up style key. values: one per row, NaN where there is none;
    natural log per step for scale "kept". low, high: interval, or None.
    """

    label: str
    key: str
    values: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


@dataclass(frozen=True)
class Dots(AxesData):
    """Rows of marks on one scale.

    scale: "kept" (values in nats per step, ticks in percent kept per step), "left"
    (ln of what is left, ticks as powers of ten) or "linear".
    lines: vertical reference lines (value, label).
    """

    kind: ClassVar[str] = "dots"
    least: ClassVar[float] = 2.6
    rows: Sequence[str]
    marks: Sequence[Marks]
    x_label: str
    scale: str = "kept"
    lines: Sequence[tuple[float, str]] = ()
    groups: Sequence[int] = ()
    row_name: str = "network"

    def names(self) -> list[tuple[str, str]]:
        """Labels and keys of the marks."""
        return [(marks.label, marks.key) for marks in self.marks]

    def tops(self) -> list[float]:
        """Height of each row, counted downwards, with gaps between families."""
        gap, tops = 0.0, []
        for row in range(len(self.rows)):
            gap += 0.4 if row and row in self.groups else 0.0
            tops.append(row + gap)
        return tops

    def margins(self, width: float, style: Style, *, alone: bool) -> Margins:
        """Row names left, axis below, legend and names of lines above."""
        from gradlab.report.figures import dot_axes

        return dot_axes.margins(self, width, style, alone=alone)

    def body(self, width: float, style: Style) -> float:
        """Rows of one height."""
        tops = self.tops()
        return (tops[-1] + 1 if tops else 1) * ROW_HEIGHT * style.small / 7.2

    def paint(self, axes: Axes, style: Style, *, alone: bool = True) -> None:
        """Rows, reference lines, marks, words."""
        from gradlab.report.figures import dot_axes

        dot_axes.paint(self, axes, style, alone=alone)

    def say(self, value: float) -> str:
        """A value in words."""
        if math.isnan(value):
            return "not measured"
        if self.scale == "kept":
            return kept_words(value)
        return left_words(value) if self.scale == "left" else number(value)

    def tracks(self) -> list[Track]:
        """One track a row."""
        from gradlab.report.figures import dot_axes

        low, high = dot_axes.limits(self)
        tops = self.tops()
        return [
            Track(
                name,
                tuple(
                    Spot(
                        min(max(float(m.values[row]), low), high),
                        tops[row] + 0.5,
                        f"{name}; {m.label}; {self.say(float(m.values[row]))}",
                    )
                    for m in self.marks
                    if not math.isnan(float(m.values[row]))
                ),
            )
            for row, name in enumerate(self.rows)
        ]

    def table(self) -> TableData:
        """One row per mark."""
        unit = {"kept": "nats_per_step", "left": "ln_left"}.get(self.scale, "value")
        rows = []
        for row, name in enumerate(self.rows):
            for m in self.marks:
                low = "" if m.low is None else float(m.low[row])
                high = "" if m.high is None else float(m.high[row])
                rows.append([name, m.label, float(m.values[row]), low, high])
        return [self.row_name, "mark", unit, "low", "high"], rows

    def grid(self) -> TableData:
        """Rows down, kinds of mark across."""
        rows = [
            [name, *(self.say(float(m.values[row])) for m in self.marks)]
            for row, name in enumerate(self.rows)
        ]
        return [self.row_name, *(m.label for m in self.marks)], rows
