"""Runs as dots: what came of each against one number it had before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gradlab.report.figures.base import AxesData, Spot, TableData, Track
from gradlab.report.figures.scale import size
from gradlab.report.words import spoken


OUTCOMES = ("succeeded", "fell_back", "never")


@dataclass(frozen=True)
class Dot:
    """One run.

    row: index of its network; ln: the natural log of its number, -inf for an exact
    zero; outcome: one of `OUTCOMES`; group: what its runs share ("lag:50").
    """

    row: int
    ln: float
    outcome: str
    group: str


@dataclass(frozen=True)
class Runs(AxesData):
    """Rows of dots on a scale of powers of ten; within a row, groups one by one.

    bound: a vertical line at this power of ten, None for none; sides: words at its left
    and its right, where there is a line.
    limits: powers of ten at which the scale ends, so that several can be compared.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.runs"
    least: ClassVar[float] = 3.2
    rows: Sequence[str]
    dots: Sequence[Dot]
    x_label: str
    limits: tuple[float, float]
    bound: float | None = None
    sides: tuple[str, ...] = ()
    scale: str = "runs"
    row_name: str = field(default_factory=lambda: spoken("drawing").NETWORK)

    def groups(self) -> list[str]:
        """Groups in the order they stand in a row, from above."""
        return list(dict.fromkeys(dot.group for dot in self.dots))

    def height(self, dot: Dot) -> float:
        """Where a dot stands in its row: each group has a line of its own."""
        groups = self.groups()
        share = (groups.index(dot.group) + 0.5) / len(groups) - 0.5
        return dot.row + 0.7 * share

    def place(self, dot: Dot) -> float:
        """Where it stands on the scale; an exact zero at the lower end."""
        return max(dot.ln / math.log(10.0), self.limits[0])

    def say(self, dot: Dot) -> str:
        """A dot in words."""
        w = spoken("drawing")
        number = w.ZERO if dot.ln == -math.inf else size(dot.ln)
        name = self.rows[dot.row]
        return f"{name}; {dot.group}; {number}; {w.OUTCOMES[dot.outcome]}"

    def tracks(self) -> list[Track]:
        """One track a row, from the least number to the largest."""
        found = []
        for row, name in enumerate(self.rows):
            dots = sorted((d for d in self.dots if d.row == row), key=lambda d: d.ln)
            spots = (Spot(self.place(d), self.height(d), self.say(d)) for d in dots)
            found.append(Track(name, tuple(spots)))
        return [track for track in found if track.spots]

    def table(self) -> TableData:
        """One row per run."""
        head = [self.row_name, "task", "ln_gradient", "outcome"]
        rows = [[self.rows[d.row], d.group, float(d.ln), d.outcome] for d in self.dots]
        return head, rows

    def grid(self) -> TableData:
        """Networks down; of each outcome how many, and from where to where."""
        w = spoken("drawing")
        rows = []
        for row, name in enumerate(self.rows):
            words = []
            for outcome in OUTCOMES:
                own = (d for d in self.dots if (d.row, d.outcome) == (row, outcome))
                found = sorted(d.ln for d in own)
                ends = dict.fromkeys(size(v) if v > -math.inf else "0" for v in found)
                ends_words = " … ".join([*ends][:: max(1, len(ends) - 1)])
                words.append(f"{len(found)} ({ends_words})" if found else "0")
            rows.append([name, *words])
        return [self.row_name, *(w.OUTCOMES[o] for o in OUTCOMES)], rows
