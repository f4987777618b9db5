"""What every figure's data offers: a drawing, a table, readings.

Data come first and are drawn later. `table()` holds exactly the numbers drawn and
is the CSV; `tracks()` gives what pointer and arrow keys read, in data coordinates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

Value = float | int | str
TableData = tuple[list[str], list[list[Value]]]


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
    """Data of one figure."""

    kind: ClassVar[str]

    @abstractmethod
    def size(self) -> tuple[float, float]:
        """Width and height in inches at the page's full width (7.2 in)."""

    @abstractmethod
    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw into an empty matplotlib figure; return what can be pointed at."""

    @abstractmethod
    def table(self) -> TableData:
        """Column names and rows: exactly the drawn numbers."""

    def grid(self) -> TableData | None:
        """A smaller table to be read by people, or None to show `table()`."""
        return None


class AxesData(FigureData):
    """Data that fit into one pair of axes, so that `Panels` can hold several."""

    @abstractmethod
    def paint(self, axes: Axes, style: Style) -> None:
        """Draw into `axes`."""

    @abstractmethod
    def tracks(self) -> list[Track]:
        """What can be pointed at, in the axes' data coordinates."""

    def size(self) -> tuple[float, float]:
        """Width and height in inches."""
        return 7.2, 4.1

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw alone in a figure."""
        axes = figure.add_subplot()
        self.paint(axes, style)
        return [(axes, self.tracks())]
