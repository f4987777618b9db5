"""Small multiples: several axes in one figure, under titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gradlab.report.figures.base import AxesData, FigureData, Margins, TableData, Track


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

GAP = 0.16


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its title (a finding or a name)."""

    title: str
    data: AxesData


@dataclass(frozen=True)
class Panels(FigureData):
    """Panels in rows of `columns`, one legend line above them all.

    share_y: panels of curves on the same scale share their y limits.
    weights: relative widths of the columns, () for equal ones.
    """

    kind: ClassVar[str] = "panels"
    panels: Sequence[Panel]
    columns: int = 2
    share_y: bool = True
    weights: Sequence[float] = ()

    def _count(self, width: float) -> int:
        least = max((p.data.least for p in self.panels), default=1.0)
        return max(1, min(self.columns, len(self.panels), int(width / least)))

    def _widths(self, width: float) -> list[float]:
        count = self._count(width)
        weights = list(self.weights) if len(self.weights) == count else [1.0] * count
        room = width - GAP * (count - 1)
        return [room * w / sum(weights) for w in weights]

    def _data(self, count: int) -> list[AxesData]:
        """The panels' data, with common limits where they share them."""
        from gradlab.report.figures.shared import with_common_limits

        found = [panel.data for panel in self.panels]
        return with_common_limits(found, count) if self.share_y else found

    def _title_lines(self, index: int, width: float, style: Style) -> list[str]:
        from gradlab.report.figures.lettering import wrap

        return wrap(self.panels[index].title, style.font * 1.02, width - 0.1)

    def _rows(self, width: float, style: Style) -> list[list[_Place]]:
        widths = self._widths(width)
        data = self._data(len(widths))
        rows: list[list[_Place]] = []
        for start in range(0, len(data), len(widths)):
            row = []
            for column, index in enumerate(
                range(start, min(start + len(widths), len(data)))
            ):
                wide = widths[column]
                row.append(
                    _Place(
                        index,
                        sum(widths[:column]) + GAP * column,
                        wide,
                        data[index],
                        data[index].margins(wide, style, alone=False),
                        self._title_lines(index, wide, style),
                    )
                )
            rows.append(row)
        return rows

    def _row_height(self, row: Sequence[_Place], style: Style) -> float:
        line = 1.3 * style.font / 72
        return (
            max(len(p.title) for p in row) * line
            + 0.08
            + max(p.room.top for p in row)
            + max(p.data.body(p.width, style) for p in row)
            + max(p.room.bottom for p in row)
        )

    def height(self, width: float, style: Style) -> float:
        """Legend and rows."""
        from gradlab.report.figures.legend import legend_height

        rows = self._rows(width, style)
        return (
            legend_height(self._names(), width, style)
            + sum(self._row_height(row, style) for row in rows)
            + GAP * (len(rows) - 1)
        )

    def _names(self) -> list[tuple[str, str]]:
        names: dict[tuple[str, str], None] = {}
        for panel in self.panels:
            names.update(dict.fromkeys(panel.data.names()))
        return list(names)

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Legend, then rows from the top."""
        from gradlab.report.figures.frame import place, write
        from gradlab.report.figures.legend import legend

        width, top = figure.get_size_inches()
        top -= legend(figure, self._names(), style)
        line = 1.3 * style.font / 72
        placed: list[tuple[Axes, list[Track]]] = []
        for row in self._rows(width, style):
            titles = max(len(p.title) for p in row) * line
            above = max(p.room.top for p in row)
            below = max(p.room.bottom for p in row)
            high = self._row_height(row, style)
            for spot in row:
                for i, words in enumerate(spot.title):
                    write(
                        figure,
                        spot.left + 0.05,
                        top - (i + 0.5) * line,
                        words,
                        style,
                        fontsize=style.font * 1.02,
                        fontweight=600,
                    )
                axes = place(
                    figure,
                    spot.left + spot.room.left,
                    top - high + below,
                    spot.width - spot.room.left - spot.room.right,
                    high - titles - 0.08 - above - below,
                )
                spot.data.paint(axes, style, alone=False)
                placed.append((axes, self._tracks(spot)))
            top -= high + GAP
        return placed

    def _tracks(self, spot: _Place) -> list[Track]:
        title = self.panels[spot.index].title
        return [
            Track(f"{title}: {track.label}", track.spots)
            for track in spot.data.tracks()
        ]

    def table(self) -> TableData:
        """The panels' tables below one another, a column naming the panel."""
        head: list[str] = ["panel"]
        for panel in self.panels:
            head += [name for name in panel.data.table()[0] if name not in head]
        rows = []
        for panel in self.panels:
            names, own = panel.data.table()
            for row in own:
                values = dict(zip(names, row, strict=True))
                rows.append([panel.title, *(values.get(n, "") for n in head[1:])])
        return head, rows

    def grids(self) -> list[tuple[str, TableData]]:
        """One readable table a panel."""
        return [(panel.title, panel.data.grid()) for panel in self.panels]


@dataclass(frozen=True)
class _Place:
    index: int
    left: float
    width: float
    data: AxesData
    room: Margins
    title: list[str]
