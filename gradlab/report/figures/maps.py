"""Several signed maps in one figure, with one colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData, SmallMultiples, in_rows
from gradlab.report.figures.heatmap import Heatmap


@dataclass(frozen=True)
class Maps(SmallMultiples):
    """Titled heatmaps sharing the colour scale; the first one is drawn large."""

    part_name: ClassVar[str] = "map"
    titles: Sequence[str]
    maps: Sequence[Heatmap]

    def parts(self) -> list[tuple[str, AxesData]]:
        """Titles and maps."""
        return list(zip(self.titles, self.maps, strict=True))

    def mosaic(self, width: float) -> list[list[int]]:
        """The first alone, then pairs where they fit."""
        beside = 2 if width > 5 else 1
        rest = in_rows(len(self.maps) - 1, beside)
        return [[0] * beside, *([i + 1 if i >= 0 else -1 for i in row] for row in rest)]
