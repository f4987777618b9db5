"""What a drawing of cells shows: wiring, words, and what each road lets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import FigureData, TableData
from gradlab.report.numbers import left
from gradlab.report.words import spoken


@dataclass(frozen=True)
class Way:
    """A way through a cell, as the table lists it: from, through, to."""

    cell: str
    start: str
    through: str
    end: str


@dataclass(frozen=True)
class Shares:
    """What one network lets through on each road of a step.

    key: style key of the network. ln: by road, in the roads' order; NaN: not measured.
    """

    label: str
    key: str
    ln: Sequence[float]


@dataclass(frozen=True)
class CellDiagram(FigureData):
    """Cells side by side; where narrow, below each other.

    cells: "lstm", "gru", "rnn"; the first stands left, the others right of it.
    titles: by cell, with what is to be seen.
    words: names of the parts, and (as ``forget_says``) what pointing at them reads.
    ways: the wiring, for the table.
    back: arrows of a gradient, which walks from right to left.
    roads: names of the roads whose shares are drawn beside the first cell.
    shares: by network, what arrives on each road.
    """

    drawn_by: ClassVar[str] = "gradlab.report.figures.cell_columns"
    cells: Sequence[str]
    titles: Mapping[str, str]
    words: Mapping[str, str]
    ways: Sequence[Way]
    back: bool = False
    roads: Sequence[str] = ()
    shares: Sequence[Shares] = ()

    def table(self) -> TableData:
        """The wiring, one row a way; with shares, one row per network and road."""
        if not self.shares:
            return list(spoken("drawing").WAYS), [
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
        return [spoken("drawing").ROAD, *(found.label for found in self.shares)], rows
