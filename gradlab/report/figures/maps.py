"""Several signed maps in one figure, with one colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import FigureData
from gradlab.report.figures.heatmap import Heatmap


@dataclass(frozen=True)
class Maps(FigureData):
    """Titled heatmaps sharing the colour scale; the first one is drawn large."""

    kind: ClassVar[str] = "maps"
    titles: Sequence[str]
    maps: Sequence[Heatmap]
