"""A signed map: rows x columns, glyph and signed power of ten in each cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track
from gradlab.report.figures.scale import LN10, left_words, signed, size, verdict_of
from gradlab.report.words import spoken


MOST_ROWS = 24


@dataclass(frozen=True)
class Heatmap(AxesData):
    """What is left in each cell, as natural logarithms.

    values: rows x columns, ln of what is left; -inf where exactly zero; NaN where
    not measured.
    verdicts: rows x columns of verdict words ("vanishing", ..., "dead",
    "not_finite", "" where not measured); None: made from the values.
    groups: indices of rows that start a family (a gap above them).
    outlines: per row the first and last column of its widest stable run, or None.
    notes: per row, words at the right margin ("stable from 0.25 to 4").
    marks: (row, column) -> short words drawn in the cell instead of the number
    ("step 31" for not finite).
    details: (row, column) -> words added to the reading ("exactly 1, as theory").
    row_name, column_name: axis titles.
    quantity: what the values are the sizes of, where that is not what is left of a
    gradient; cells then have no verdict.

    More than 24 rows: the lowest, middle and highest eight by the last column are
    drawn, the table keeps all.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.heatmap"
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float]]
    verdicts: Sequence[Sequence[str]] | None = None
    row_name: str = field(default_factory=lambda: spoken("drawing").NETWORK)
    column_name: str = ""
    groups: Sequence[int] = ()
    outlines: Sequence[tuple[int, int] | None] = ()
    notes: Sequence[str] = ()
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    details: Mapping[tuple[int, int], str] = field(default_factory=dict)
    quantity: str = ""

    def word(self, row: int, column: int) -> str:
        """The verdict word of a cell, "" where not measured."""
        if self.verdicts is not None:
            return self.verdicts[row][column].replace(" ", "_")
        return verdict_of(float(self.values[row][column]))

    def shown(self) -> list[int]:
        """Indices of the rows drawn."""
        count = len(self.rows)
        if count <= MOST_ROWS:
            return list(range(count))
        order = sorted(range(count), key=self._last)
        middle = count // 2
        return sorted({*order[:8], *order[middle - 4 : middle + 4], *order[-8:]})

    def _last(self, row: int) -> float:
        """What orders rows when not all can be drawn: the last measured column."""
        values = [float(v) for v in self.values[row] if not math.isnan(float(v))]
        return values[-1] if values else math.inf

    def tracks(self) -> list[Track]:
        """One track a drawn row, one spot a cell."""
        return [
            Track(
                self.rows[row],
                tuple(
                    Spot(column + 0.5, place + 0.5, self.say(row, column))
                    for column in range(len(self.columns))
                ),
            )
            for place, row in enumerate(self.shown())
        ]

    def say(self, row: int, column: int) -> str:
        """The reading of a cell: row; column; what is left; verdict; details."""
        value = float(self.values[row][column])
        word = self.word(row, column)
        head = f"{self.column_name} " if self.column_name else ""
        words = [
            self.rows[row],
            f"{head}{self.columns[column]}",
            self._size_words(value) if word not in ("dead", "not_finite") else "",
            spoken("names").VERDICTS[word] if word else "",
            self.marks.get((row, column), ""),
            self.details.get((row, column), ""),
        ]
        return "; ".join(w for w in words if w)

    def _size_words(self, value: float) -> str:
        if not self.quantity or math.isnan(value):
            return left_words(value)
        return f"{self.quantity}: {size(value)}"

    def table(self) -> TableData:
        """One row per cell: ln of what is left, verdict."""
        unit = "ln" if self.quantity else "ln_left"
        head = [self.row_name, self.column_name or "column", unit, "verdict"]
        rows = [
            [name, column, float(self.values[r][c]), self.word(r, c).replace("_", " ")]
            for r, name in enumerate(self.rows)
            for c, column in enumerate(self.columns)
        ]
        return head, rows

    def grid(self) -> TableData:
        """The map as a table with row and column heads."""
        head = [f"{self.row_name} \\ {self.column_name}".rstrip(" \\"), *self.columns]
        rows = [
            [name, *(self._cell_words(r, c) for c in range(len(self.columns)))]
            for r, name in enumerate(self.rows)
        ]
        return head, rows

    def _cell_words(self, row: int, column: int) -> str:
        word, verdicts = self.word(row, column), spoken("names").VERDICTS
        mark = self.marks.get((row, column), "")
        value = float(self.values[row][column])
        if word in ("dead", "not_finite"):
            return f"{verdicts[word]} {mark}".strip()
        if math.isnan(value):
            return str(verdicts[""])
        exponent = signed(value / LN10).replace("+", "")
        said = verdicts[word] if word else ""
        return " ".join(w for w in (f"10^{{{exponent}}}", said, mark) if w)
