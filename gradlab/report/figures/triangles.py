"""Time x time maps: how strongly step t reaches step T, for all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import FigureData


@dataclass(frozen=True)
class Triangle:
    """One network's map.

    steps: the later steps T (rows); lags: the lags (columns), as the record has them.
    values: steps x lags, ln of the spectral norm; NaN where the lag exceeds T.
    """

    title: str
    steps: Sequence[float]
    lags: Sequence[float]
    values: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Triangles(FigureData):
    """Panels side by side: x the earlier step t, y the later step T.

    contours: thresholds in natural logarithms with their names.
    """

    kind: ClassVar[str] = "triangles"
    panels: Sequence[Triangle]
    contours: Sequence[tuple[float, str]] = ((-6.907755, "1/1000"), (6.907755, "1000"))
