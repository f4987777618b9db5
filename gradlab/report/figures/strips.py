"""Strips: how a whole divides, one bar per row (gate values low, middle, high)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradlab.report.figures.base import AxesData


@dataclass(frozen=True)
class Strips(AxesData):
    """Shares of each row's parts, adding up to 1.

    parts: names of the parts, from closed to open ("below 0.1", "between",
    "above 0.9"). shares: rows x parts.
    """

    kind: ClassVar[str] = "strips"
    rows: Sequence[str]
    parts: Sequence[str]
    shares: Sequence[Sequence[float]]
    x_label: str
    row_name: str = "network"
