"""A dot plot: rows against a scale of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData


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
    rows: Sequence[str]
    marks: Sequence[Marks]
    x_label: str
    scale: str = "kept"
    lines: Sequence[tuple[float, str]] = ()
    groups: Sequence[int] = ()
    row_name: str = "network"
