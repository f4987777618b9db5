"""Common limits for panels of curves on the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from gradlab.report.figures.base import AxesData
from gradlab.report.figures.curve_axes import Window, exit_rows
from gradlab.report.figures.curves import Curves
from gradlab.report.figures.style import STYLES


@dataclass(frozen=True)
class _Held(Curves):
    """Curves whose window is given from outside."""

    held: Any = None

    @property
    def window(self) -> Window:
        """The given window."""
        return self.held


def with_common_limits(data: Sequence[AxesData], columns: int) -> list[AxesData]:
    """Replace curves of one scale by the same curves with common y limits.

    Only the leftmost column of each scale keeps its axis words.
    """
    groups: dict[str, list[Curves]] = {}
    for item in data:
        if isinstance(item, Curves):
            groups.setdefault(item.scale, []).append(item)
    limits = {
        scale: replace(_union([c.window for c in group]), rows=_rows(group))
        for scale, group in groups.items()
    }
    first: dict[str, int] = {}
    held: list[AxesData] = []
    for place, item in enumerate(data):
        if not isinstance(item, Curves):
            held.append(item)
            continue
        start = first.setdefault(item.scale, place % columns)
        told = place % columns != start
        held.append(_hold(item, limits[item.scale], told=told))
    return held


def _union(windows: Sequence[Window]) -> Window:
    return Window(
        windows[0].x,
        (min(w.y[0] for w in windows), max(w.y[1] for w in windows)),
        any(w.cut_low for w in windows),
        any(w.cut_high for w in windows),
    )


def _rows(group: Sequence[Curves]) -> tuple[int, int]:
    """Most rows of exit labels among panels of about the usual width."""
    style = STYLES["page"]
    below, above = (
        max(exit_rows(curves, style, side, 1.6, False) for curves in group)
        for side in (-1, 1)
    )
    return below, above


def _hold(data: Curves, common: Window, *, told: bool) -> Curves:
    own = data.window
    values = {field.name: getattr(data, field.name) for field in fields(Curves)}
    if told:
        values |= {"y_words": False, "y_label": ""}
    return _Held(**values, held=replace(common, x=own.x))
