"""What every figure's data offers: a drawing, a table, readings.

Data come first and are drawn later. `table()` holds exactly the numbers drawn and
is the CSV; `tracks()` gives what pointer and arrow keys read, in data coordinates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

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


@dataclass(frozen=True)
class Margins:
    """Room around a pair of axes, in inches."""

    left: float
    bottom: float
    right: float
    top: float


class FigureData(ABC):
    """Data of one figure."""

    kind: ClassVar[str]

    @abstractmethod
    def height(self, width: float, style: Style) -> float:
        """Height in inches when drawn `width` inches wide."""

    @abstractmethod
    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw into an empty matplotlib figure; return what can be pointed at."""

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
    """Data that fit into one pair of axes, so that `Panels` can hold several.

    `alone` is False inside `Panels`: names of curves then stand in a common legend.
    `least`: inches a panel needs at least.
    """

    least: ClassVar[float] = 1.35

    @abstractmethod
    def margins(self, width: float, style: Style, *, alone: bool) -> Margins:
        """Room for labels, when the whole is `width` inches wide."""

    @abstractmethod
    def body(self, width: float, style: Style) -> float:
        """Height in inches of the axes themselves."""

    @abstractmethod
    def paint(self, axes: Axes, style: Style, *, alone: bool = True) -> None:
        """Draw into `axes`, which already stand where they belong."""

    @abstractmethod
    def tracks(self) -> list[Track]:
        """What can be pointed at, in the axes' data coordinates."""

    def names(self) -> list[tuple[str, str]]:
        """(label, style key) of everything a common legend must name."""
        return []

    def height(self, width: float, style: Style) -> float:
        """Body and margins."""
        room = self.margins(width, style, alone=True)
        return room.top + self.body(width, style) + room.bottom

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw alone in a figure."""
        from gradlab.report.figures.frame import place

        width, height = figure.get_size_inches()
        room = self.margins(width, style, alone=True)
        axes = place(
            figure,
            room.left,
            room.bottom,
            width - room.left - room.right,
            height - room.bottom - room.top,
        )
        self.paint(axes, style, alone=True)
        return [(axes, self.tracks())]
