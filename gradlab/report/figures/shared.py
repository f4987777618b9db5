"""Common limits for panels of curves on the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from gradlab.report.figures.base import AxesData
from gradlab.report.figures.curve_axes import Window
from gradlab.report.figures.curves import Curves


@dataclass(frozen=True)
class _Held(Curves):
    """Curves whose window is given from outside."""

    held: Any = None

    @property
    def window(self) -> Window:  # type: ignore[override]
        """The given window."""
        return self.held


def with_common_limits(data: Sequence[AxesData]) -> list[AxesData]:
    """Replace curves of one scale by the same curves with common y limits."""
    groups: dict[str, list[Curves]] = {}
    for item in data:
        if isinstance(item, Curves):
            groups.setdefault(item.scale, []).append(item)
    limits = {scale: _union([c.window for c in group])
              for scale, group in groups.items()}
    return [
        _hold(item, limits[item.scale]) if isinstance(item, Curves) else item
        for item in data
    ]


def _union(windows: Sequence[Window]) -> Window:
    return Window(
        windows[0].x,
        (min(w.y[0] for w in windows), max(w.y[1] for w in windows)),
        any(w.cut_low for w in windows),
        any(w.cut_high for w in windows),
    )


def _hold(data: Curves, common: Window) -> Curves:
    own = data.window
    values = {field.name: getattr(data, field.name) for field in fields(Curves)}
    return _Held(**values, held=Window(own.x, common.y, own.cut_low, own.cut_high))
