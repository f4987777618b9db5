"""Small multiples: several axes in one figure, under titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData, FigureData


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its title (a finding or a name)."""

    title: str
    data: AxesData


@dataclass(frozen=True)
class Panels(FigureData):
    """Panels in rows of `columns`.

    share_y: all panels share their y axis (labels on the left only).
    legend: one legend line above all panels instead of labels inside each.
    """

    kind: ClassVar[str] = "panels"
    panels: Sequence[Panel]
    columns: int = 2
    share_y: bool = True
    legend: bool = False
