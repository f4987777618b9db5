"""What every figure's data offers: a table, readings, and the name of its drawing.

Data come first and are drawn later, by another module. `table()` holds exactly the
numbers drawn and is the CSV; `tracks()` gives what pointer and arrow keys read, in
data coordinates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


TableData = tuple[Sequence[str], Sequence[Sequence[Any]]]
"""Column names, and rows of numbers and words."""


@dataclass(frozen=True)
class Spot:
    """A value one can point at: where it is drawn (data coordinates), what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Track:
    """Spots along one line of arrow-key travel (a curve, a heatmap's row)."""

    label: str
    spots: tuple[Spot, ...]


class FigureData(ABC):
    """Data of one figure.

    drawn_by: the module whose ``draw(data, figure, style)`` fills an empty matplotlib
    figure of the wanted width, sets its height, and returns each pair of axes with
    its tracks. It is imported when the figure is drawn.
    """

    drawn_by: ClassVar[str] = "gradlab.report.figures.draw.sheet"

    @abstractmethod
    def table(self) -> TableData:
        """Column names and rows: exactly the drawn numbers."""

    def grid(self) -> TableData:
        """The table as people read it: short, rounded, words. First column: heads."""
        return self.table()

    def grids(self) -> list[tuple[str, TableData]]:
        """The readable tables with their titles; one, unless there are panels."""
        return [("", self.grid())]


class AxesData(FigureData):
    """Data that fit into one pair of axes, so that a figure can hold several.

    painted_by: the module that paints them into a pair of axes (`draw.sheet` says
    how); it is imported when they are drawn. least: inches wide at least.
    """

    painted_by: ClassVar[str]
    least: ClassVar[float] = 1.5

    @abstractmethod
    def tracks(self) -> list[Track]:
        """What can be pointed at, in the axes' data coordinates."""

    def parts(self) -> list[tuple[str, AxesData]]:
        """Titles and data of the axes of a figure that holds these data alone."""
        return [("", self)]

    def mosaic(self, width: float) -> list[list[int]]:
        """Indices of parts as they stand in a figure `width` inches wide."""
        return [[0]]


class SmallMultiples(FigureData):
    """Several pairs of axes under titles.

    part_name: column of the table that names the part.
    share_y: parts of the same scale share their y limits.
    weights: relative widths of the columns, () for equal ones.
    """

    part_name: ClassVar[str] = "panel"
    share_y: bool = False
    weights: Sequence[float] = ()

    @abstractmethod
    def parts(self) -> list[tuple[str, AxesData]]:
        """Titles and data of the axes."""

    @abstractmethod
    def mosaic(self, width: float) -> list[list[int]]:
        """Indices of parts by row and column, -1 where a place stays empty."""

    def table(self) -> TableData:
        """The parts' tables below one another, a column naming the part."""
        head = [self.part_name]
        for _, part in self.parts():
            head += [name for name in part.table()[0] if name not in head]
        rows = []
        for title, part in self.parts():
            names, own = part.table()
            for row in own:
                values = dict(zip(names, row, strict=True))
                rows.append([title, *(values.get(n, "") for n in head[1:])])
        return head, rows

    def grids(self) -> list[tuple[str, TableData]]:
        """One readable table a part."""
        return [(title, part.grid()) for title, part in self.parts()]


def in_rows(count: int, columns: int) -> list[list[int]]:
    """A mosaic of `count` parts in rows of `columns`, the last one filled up."""
    return [
        [i if i < count else -1 for i in range(start, start + columns)]
        for start in range(0, count, columns)
    ]


def thinned(count: int, most: int) -> list[int]:
    """At most `most` indices of `count`, evenly spread, first and last kept."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})
