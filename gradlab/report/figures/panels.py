"""Small multiples: several pairs of axes in one figure, under titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradlab.report.figures.base import AxesData, SmallMultiples, in_rows


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its title (a finding or a name)."""

    title: str
    data: AxesData


@dataclass(frozen=True)
class Panels(SmallMultiples):
    """Panels in rows of `columns`, one legend for them all.

    share_y: panels of curves on the same scale share their y limits.
    weights: relative widths of the columns, () for equal ones.
    lines: how many panels stand in each row, () for as many as there are columns.
    narrowest: inches wide at least of each, 0 for what their data ask for.
    """

    panels: Sequence[Panel]
    columns: int = 2
    share_y: bool = True
    weights: Sequence[float] = ()
    lines: Sequence[int] = ()
    narrowest: float = 0.0

    def parts(self) -> list[tuple[str, AxesData]]:
        """Titles and data of the panels."""
        return [(panel.title, panel.data) for panel in self.panels]

    def mosaic(self, width: float) -> list[list[int]]:
        """Rows of `columns`, of fewer where a panel would be too narrow."""
        least = self.narrowest or max((p.data.least for p in self.panels), default=1.0)
        columns = max(1, min(self.columns, len(self.panels), int(width / least)))
        rows: list[list[int]] = []
        start = 0
        for count in self.lines or (len(self.panels),):
            places = in_rows(count, columns)
            rows += [[i + start if i >= 0 else i for i in row] for row in places]
            start += count
        return rows
