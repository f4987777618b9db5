"""A signed map: rows x columns, glyph and signed power of ten in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, TableData


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
    """

    kind: ClassVar[str] = "heatmap"
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float]]
    verdicts: Sequence[Sequence[str]] | None = None
    row_name: str = "network"
    column_name: str = ""
    groups: Sequence[int] = ()
    outlines: Sequence[tuple[int, int] | None] = ()
    notes: Sequence[str] = ()
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    details: Mapping[tuple[int, int], str] = field(default_factory=dict)
