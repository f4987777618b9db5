"""How far back does the gradient reach? Norm of ds_T/ds_t against lag."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Details, Figure, Finding, Missing
from gradlab.report.figures.curves import Crossing, Curves, Series
from gradlab.report.sections import _own as own
from gradlab.report.sections._layers import layer_by_layer
from gradlab.report.story import Row, rank
from gradlab.report.top.table import SHOWN, TABLED, rows_table
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 8
TWIN_DECADES = 0.25


class HowFar(own.OwnSection):
    """Curves of what is left against lag, one a network."""

    name = "how_far"
    order = 1
    question = "How far back does the gradient reach?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of all curves; a table where rows had to be left out."""
        w, common = self.words(story), story.words("common")
        rows = measured(story)
        if not rows:
            return Missing(say(common.MISSING_MEASURE, measures="spectral_norm"))
        finding = self.claims(story)
        drawn, notes = choose(rows, w, story)
        points = own.points_of(rows, -1)
        blocks: list[Block] = [
            Finding(finding),
            self._figure(finding, drawn, notes, points, w, story),
            *own.tail(w, story, rows, ("pascanu2013",), formula=(w.FORMULA, w.SPOKEN)),
        ]
        blocks += layer_by_layer(story.main.rows, story)
        count = len(story.main.rows)
        if count > SHOWN:
            tabled = rank.sample(story.main.rows, TABLED)
            table = rows_table(story, tabled, count, name="all-networks")
            summary = w.TABLE if len(tabled) == count else w.TABLE_SOME
            summary = say(summary, shown=len(tabled), count=count)
            blocks.append(Details(summary, [table]))
        return blocks

    def _figure(
        self,
        finding: str,
        rows: Sequence[Row],
        notes: Sequence[str],
        points: Sequence[Any],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        ends = " ".join(
            say(
                w.ALT_END,
                name=r.label,
                left=inline.plain(numbers.left(r.size().ln)),
                length=r.length,
            )
            for r in rows
        )
        data = Curves(
            series=[series(r) for r in rows],
            x_label=w.X,
            y_label=w.Y,
            scale="left",
            shade=w.SHADE,
            threshold=-3.0,
        )
        if any(row.bias == "chrono" for row in rows):
            length = f"{max(row.length for row in rows):,}"
            notes = [say(w.CHRONO, length=length), *notes]
        return Figure(
            name="how-far",
            data=data,
            alt=say(w.ALT, finding=inline.plain(finding), ends=ends),
            caption=own.caption(story, story.curves, points, w.CAPTION, *notes),
            draft=own.draft(story, w.DRAFT, story.curves, points),
        )


def measured(story: Story) -> tuple[Row, ...]:
    """Rows of the line-up with a curve."""
    return tuple(
        r for r in story.curves.rows if r.curve("spectral_norm", block="joint")
    )


def series(row: Row) -> Series:
    """A row's curve in powers of ten, with its band and its horizon."""
    curve = row.drawn("spectral_norm", block="joint")
    horizon = row.horizon()
    dot = None
    if math.isfinite(horizon) and horizon > 0:
        dot = Crossing(horizon, -3.0, numbers.steps(horizon, row.length))
    banded = curve.seeds > 1
    return Series(
        label=row.short,
        key=row.key,
        x=[float(v) for v in curve.x],
        y=own.log10(curve.mean),
        low=own.log10(curve.low) if banded else None,
        high=own.log10(curve.high) if banded else None,
        crossing=dot,
        end=numbers.steps(horizon, row.length) if horizon == math.inf else "",
        open_end=horizon == math.inf,
    )


def choose(
    rows: tuple[Row, ...], w: ModuleType, story: Story
) -> tuple[list[Row], list[str]]:
    """At most eight curves: without twins, without the GRU's middle biases.

    Of more than a table on top holds: the extremes and those about the median.
    """
    kept, notes = list(rows), list[str]()
    if len(kept) <= 7:
        return kept, notes
    if len(kept) > SHOWN:
        drawn = list(rank.sample(rows, MOST - MOST % 3))
        return drawn, [own.left_out(story, story.curves, len(drawn), len(rows))]
    for row in [r for r in kept if r.family == "gru"]:
        twin = next((r for r in kept if _twins(row, r)), None)
        if twin is not None:
            kept.remove(row)
            notes.append(say(w.TWIN, one=row.label, other=twin.label))
    middle = [r for r in kept if r.family == "gru" and r.bias == 1.0]
    if len(kept) > 7 and middle:
        kept.remove(middle[0])
        notes.append(say(w.LEFT_OUT, name=middle[0].label))
    if len(kept) > MOST:
        left = rank.sample(tuple(kept), MOST - MOST % 3)
        notes.append(say(w.LEFT_OUT_MANY, count=len(kept) - len(left)))
        kept = list(left)
    return kept, notes


def _twins(row: Row, other: Row) -> bool:
    """Whether an LSTM row of the same bias has the same curve, to a quarter decade."""
    if other.family != "lstm" or other.bias != row.bias or row.bias == "keep":
        return False
    a = row.drawn("spectral_norm", block="joint")
    b = other.drawn("spectral_norm", block="joint")
    if a.mean.shape != b.mean.shape:
        return False
    if not (np.isfinite(a.mean).all() and np.isfinite(b.mean).all()):
        return False
    return bool(np.abs(a.mean - b.mean).max() < TWIN_DECADES * numbers.LN10)
