"""A map of counts: how many runs of how many, rows x columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track
from gradlab.report.words import say, spoken


@dataclass(frozen=True)
class Tally:
    """Some runs: how many there are, how many succeeded, how many fell back later."""

    total: int
    count: int
    fell_back: int = 0

    @property
    def glyph(self) -> str:
        """Filled where all succeeded, empty where none did, half filled between."""
        return "○" if not self.count else "●" if self.count == self.total else "◐"


@dataclass(frozen=True)
class Counts(AxesData):
    """Counts in each cell, None where nothing was run.

    groups: indices of rows that start a family (a gap above them).
    blocks: titles of neighbouring columns, each with how many there are; () for none.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.counts"
    least: ClassVar[float] = 3.0
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[Tally | None]]
    column_name: str
    groups: Sequence[int] = ()
    blocks: Sequence[tuple[str, int]] = ()
    row_name: str = field(default_factory=lambda: spoken("drawing").NETWORK)

    def heads(self) -> list[str]:
        """Names of columns with the titles they stand under."""
        titles = [title for title, count in self.blocks for _ in range(count)]
        titles = titles or [""] * len(self.columns)
        pairs = zip(titles, self.columns, strict=True)
        return [f"{title}; {name}" if title else name for title, name in pairs]

    def say(self, row: int, column: int) -> str:
        """The reading of a cell."""
        place = f"{self.rows[row]}; {self.column_name} {self.heads()[column]}"
        return f"{place}; {_words(self.cells[row][column])}"

    def tracks(self) -> list[Track]:
        """One track a row, one spot a cell."""
        columns = range(len(self.columns))
        return [
            Track(
                name,
                tuple(Spot(c + 0.5, row + 0.5, self.say(row, c)) for c in columns),
            )
            for row, name in enumerate(self.rows)
        ]

    def table(self) -> TableData:
        """One row per cell."""
        head = [self.row_name, self.column_name, "succeeded", "fell_back", "runs"]
        return head, [
            [name, column, tally.count, tally.fell_back, tally.total]
            for name, cells in zip(self.rows, self.cells, strict=True)
            for column, tally in zip(self.heads(), cells, strict=True)
            if tally is not None
        ]

    def grid(self) -> TableData:
        """The map as a table with row and column heads."""
        head = [f"{self.row_name} \\ {self.column_name}", *self.heads()]
        return head, [
            [name, *map(_words, cells)]
            for name, cells in zip(self.rows, self.cells, strict=True)
        ]


def _words(tally: Tally | None) -> str:
    w = spoken("drawing")
    if tally is None:
        return str(w.NOT_MEASURED)
    text = say(w.COUNT, count=tally.count, total=tally.total)
    if tally.fell_back:
        text += say(w.FELL_BACK, count=tally.fell_back)
    return text
