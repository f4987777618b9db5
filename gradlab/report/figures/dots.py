"""A dot plot: rows against a scale of rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track
from gradlab.report.figures.scale import kept_words, left_words, number
from gradlab.report.words import spoken


@dataclass(frozen=True)
class Marks:
    """One kind of mark over all rows.

    key: "all_paths" (filled circle), "no_detours" (triangle), "no_cell_path"
    (cross), or a line-up style key; one without a marker is a band from low to high
    with a line at its value. values: one per row, NaN where there is none; natural
    log per step for scale "kept". low, high: interval, or None.
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

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.dots"
    least: ClassVar[float] = 2.6
    rows: Sequence[str]
    marks: Sequence[Marks]
    x_label: str
    scale: str = "kept"
    lines: Sequence[tuple[float, str]] = ()
    row_name: str = field(default_factory=lambda: spoken("drawing").NETWORK)

    def say(self, value: float) -> str:
        """A value in words."""
        if math.isnan(value):
            return spoken("drawing").NOT_MEASURED
        if self.scale == "kept":
            return kept_words(value)
        return left_words(value) if self.scale == "left" else number(value)

    def tracks(self) -> list[Track]:
        """One track a row."""
        return [
            Track(
                name,
                tuple(
                    Spot(
                        float(m.values[row]),
                        row,
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
