"""Cells as drawings: one step from left to right, or a gradient's step back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradlab.report.figures.base import TableData, Track
from gradlab.report.figures.cell_data import Wiring
from gradlab.report.numbers import left


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style


class CellDiagram(Wiring):
    """Cells side by side; where narrow, below each other."""

    def height(self, width: float, style: Style) -> float:
        """The higher of the columns, or all drawings below each other."""
        from gradlab.report.figures import cell_columns

        return cell_columns.height(self, width, style)

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw each cell into axes of its own, shares as bars."""
        from gradlab.report.figures import cell_columns

        return cell_columns.draw(self, figure, style)

    def table(self) -> TableData:
        """The wiring, one row a way; with shares, one row per network and road."""
        if not self.shares:
            return ["cell", "from", "through", "to"], [
                [w.cell, w.start, w.through, w.end] for w in self.ways
            ]
        return ["network", "road", "ln_share"], [
            [found.label, road, float(ln)]
            for found in self.shares
            for road, ln in zip(self.roads, found.ln, strict=True)
        ]

    def grid(self) -> TableData:
        """The wiring; or roads down, networks across."""
        if not self.shares:
            return self.table()
        rows = [
            [road, *(left(float(found.ln[place])) for found in self.shares)]
            for place, road in enumerate(self.roads)
        ]
        return ["road", *(found.label for found in self.shares)], rows
