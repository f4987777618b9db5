"""Several signed maps in one figure, with one colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gradlab.report.figures.base import FigureData, TableData, Track
from gradlab.report.figures.heatmap import Heatmap


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style


@dataclass(frozen=True)
class Maps(FigureData):
    """Titled heatmaps sharing the colour scale; the first one is drawn large."""

    kind: ClassVar[str] = "maps"
    titles: Sequence[str]
    maps: Sequence[Heatmap]

    def _lines(self, width: float, style: Style) -> list[list[tuple[int, float]]]:
        """Rows of (map, width): the first alone, then pairs where they fit."""
        if not self.maps:
            return []
        lines = [[(0, width)]]
        rest = list(range(1, len(self.maps)))
        beside = 2 if width > 5 else 1
        for start in range(0, len(rest), beside):
            group = rest[start : start + beside]
            lines.append([(i, width / len(group)) for i in group])
        return lines

    def _line_height(self, line: Sequence[tuple[int, float]], style: Style) -> float:
        title = 2.0 * style.font / 72
        heights = []
        for index, width in line:
            data = self.maps[index]
            room = data.margins(width - 0.1, style, alone=False)
            heights.append(room.bottom + room.top + data.body(width, style))
        return title + max(heights) + 0.08

    def height(self, width: float, style: Style) -> float:
        """All lines and the colour bar."""
        from gradlab.report.figures.cells import BAR_HEIGHT

        lines = self._lines(width, style)
        return (
            sum(self._line_height(line, style) for line in lines)
            + BAR_HEIGHT * style.small / 7.2
        )

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw line by line from the top."""
        from gradlab.report.figures.cells import bar
        from gradlab.report.figures.frame import place, write

        width, top = figure.get_size_inches()
        placed: list[tuple[Axes, list[Track]]] = []
        title = 2.0 * style.font / 72
        for line in self._lines(width, style):
            left = 0.0
            for index, wide in line:
                data = self.maps[index]
                room = data.margins(wide - 0.1, style, alone=False)
                body = data.body(wide, style)
                write(
                    figure,
                    left + room.left,
                    top - 0.62 * title,
                    self.titles[index],
                    style,
                    fontsize=style.font,
                    fontweight=600,
                )
                axes = place(
                    figure,
                    left + room.left,
                    top - title - room.top - body,
                    wide - 0.1 - room.left - room.right,
                    body,
                )
                data.paint(axes, style, alone=False)
                placed.append((axes, self._tracks(index)))
                left += wide
            top -= self._line_height(line, style)
        bar(figure, style, 0.1, width - 0.2)
        return placed

    def _tracks(self, index: int) -> list[Track]:
        title = self.titles[index]
        return [
            Track(f"{title}: {track.label}", track.spots)
            for track in self.maps[index].tracks()
        ]

    def table(self) -> TableData:
        """The maps' tables, with a column naming the map."""
        rows = [
            [title, *row]
            for title, data in zip(self.titles, self.maps, strict=True)
            for row in data.table()[1]
        ]
        return ["map", "row", "column", "ln_left", "verdict"], rows

    def grids(self) -> list[tuple[str, TableData]]:
        """One readable table a map."""
        return [
            (title, data.grid())
            for title, data in zip(self.titles, self.maps, strict=True)
        ]
