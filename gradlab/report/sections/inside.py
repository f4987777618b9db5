"""What does it look like inside one sequence? All pairs of steps, T against t."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.triangles import Triangle, Triangles
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice, rank, said
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PANELS = 4
LINE = math.log(1000.0)
SAME = 0.05


@dataclass(frozen=True)
class Map:
    """One network's triangle and the shares of pairs in reach and exploding."""

    row: Row
    steps: Sequence[float]
    lags: Sequence[float]
    values: np.ndarray
    reach: float
    explode: float


class Inside(own.OwnSection):
    """Up to four triangles side by side."""

    name = "inside"
    order = 9
    question = "What does it look like inside one sequence?"
    needs = ("triangle",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of up to four panels."""
        w = self.words(story)
        grids = story.holding("triangle")
        if not grids:
            return Missing(w.MISSING)
        part = story.cut(grids[0], own=("length",))
        found = [m for r in part.rows if (m := read(r))]
        if not found:
            return Missing(w.MISSING)
        shown = _shown(found)
        finding = _finding(shown, w, story)
        rows = [m.row for m in shown]
        return [
            Finding(finding),
            self._figure(finding, shown, len(found), part, w, story),
            *own.tail(w, story, rows, formula=(w.FORMULA, w.SPOKEN)),
        ]

    def _figure(
        self,
        finding: str,
        shown: Sequence[Map],
        count: int,
        part: Slice,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        panels = [
            Triangle(m.row.label, m.steps, m.lags, m.values.tolist()) for m in shown
        ]
        names = ", ".join(
            say(w.ALT_PANEL, name=m.row.label, share=numbers.percent(m.reach))
            for m in shown
        )
        texts = [w.CAPTION]
        if count > len(shown):
            texts.append(say(w.THINNED, shown=len(shown), count=count))
        values = own.held(story, part)
        texts.append(say(story.words("common").HELD, values=values))
        points = own.points_of([m.row for m in shown], -1)
        return Figure(
            name="inside",
            data=Triangles(panels),
            alt=say(w.ALT, finding=inline.plain(finding), names=names),
            caption=" ".join(texts),
            draft=own.draft(story, w.DRAFT, part, points),
        )


def read(row: Row) -> Map | None:
    """The triangle of the row's first seed that has one."""
    for point in row.points():
        record = point.record("triangle")
        if record is None:
            continue
        steps, lags = record.coords["step"], record.coords["lag"]
        values = np.asarray(record.mean, dtype=float)
        if list(record.coords).index("step") == 1:
            values = values.T
        possible = ~np.isnan(values) & (np.asarray(lags)[None] > 0)
        inside = values[possible]
        if not inside.size:
            continue
        reach = float(np.mean(inside > -LINE))
        return Map(row, steps, lags, values, reach, float(np.mean(inside > LINE)))
    return None


def _shown(found: Sequence[Map]) -> list[Map]:
    if len(found) <= PANELS:
        return list(found)
    kept = rank.sample(tuple(m.row for m in found), 3)
    ids = {id(row) for row in kept}
    return [m for m in found if id(m.row) in ids][:PANELS]


def _finding(shown: Sequence[Map], w: ModuleType, story: Story) -> str:
    names = story.words("names")
    length = f"{max(m.row.length for m in shown):,}"
    loudest = max(shown, key=lambda m: m.explode)
    explode = ""
    if loudest.explode > 0.02:
        share = numbers.percent(loudest.explode)
        name = said.name(loudest.row, names)
        explode = say(w.EXPLODE, name=name, share=share)
    calm = [m for m in shown if m.explode <= 0.02] or list(shown)
    narrow = min(calm, key=lambda m: m.reach)
    wide = max(calm, key=lambda m: m.reach)
    if len(shown) == 1:
        share = numbers.percent(loudest.explode)
        explode = say(w.EXPLODE_SELF, share=share) if explode else ""
        return say(
            w.FINDING_ONE,
            name=said.name(narrow.row, names),
            share=numbers.percent(narrow.reach),
            length=length,
            explode=explode,
        )
    if wide.reach - narrow.reach < SAME:
        low, high = numbers.percent(narrow.reach), numbers.percent(wide.reach)
        span = low if low == high else say(w.SPAN, low=low, high=high)
        return say(w.FINDING_SAME, span=span, explode=explode)
    return say(
        w.FINDING_TWO,
        length=length,
        narrow=said.name(narrow.row, names),
        narrow_share=numbers.percent(narrow.reach),
        wide=said.name(wide.row, names),
        wide_share=numbers.percent(wide.reach),
        explode=explode,
    )
