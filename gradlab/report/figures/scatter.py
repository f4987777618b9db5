"""A scatter: measured against predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData


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
    points: Sequence[Point]
    x_label: str
    y_label: str
    x_scale: str = "kept"
    y_scale: str = "kept"
    diagonal: str = ""
    lines: Sequence[tuple[float, str]] = ()
    main_label: str = ""
    joined_label: str = ""
