"""What arrives in a real backward pass? dL/dh_t, dL/dc_t, shares of dL/dW."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.evidence.backward import LAST, gathered, gradient
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.sections._formats import formats
from gradlab.report.story import Row, rank
from gradlab.report.story.rows import CurveOf
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 3
NEAR, FAR = 17, 31
"""How many lags are drawn, of the first ones and evenly of all others."""


class Backward(own.OwnSection):
    """Panels: loss gradients against lag, gathered shares, the loss at every step."""

    name = "backward"
    order = 8
    question = "What arrives in a real backward pass?"
    needs = ("loss_gradient",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of one to four panels; where formats lose the gradient."""
        w, finding = self.words(story), self.claims(story)
        found = [r for r in story.curves.rows if gradient(r)]
        if not found:
            return Missing(w.MISSING)
        rows = _chosen(found)
        every = _every(story, rows)
        points = own.points_of(rows, -1)
        ended = any(c and np.isneginf(c.mean).any() for c in map(gradient, rows))
        figure = Figure(
            name="backward",
            data=_panels(rows, every, w),
            alt=say(w.ALT, finding=inline.plain(finding)),
            caption=own.caption(
                story,
                story.curves,
                points,
                w.CAPTION,
                own.left_out(
                    story,
                    story.curves,
                    len(rows),
                    len(found),
                    sampled=False,
                    tabled=False,
                ),
                w.UNDERFLOW if ended else "",
            ),
            draft=own.draft(story, w.DRAFT, story.curves, points),
        )
        told = [*rows, *every]
        formula = (w.FORMULA, w.SPOKEN)
        tail = own.tail(w, story, told, ("werbos1990",), formula=formula)
        return [Finding(finding), figure, *formats(w, story), *tail]


def _chosen(found: list[Row]) -> list[Row]:
    """The plain RNN, the first and the last gate bias, of several states if any."""
    if len(found) <= MOST:
        return found
    plain = rank.plain_row(found)
    others = [r for r in found if r is not plain]
    several = [r for r in others if gradient(r, "c_graph")] or others
    biased = [r for r in several if r.bias != "keep"] or several
    chosen = [plain, biased[0], biased[-1]] if plain else [*biased[:2], biased[-1]]
    return list({id(r): r for r in chosen if r is not None}.values())


def _every(story: Story, rows: Sequence[Row]) -> list[Row]:
    """The same networks with a loss at every step, where they were measured."""
    names = {(r.cell, r.biases) for r in rows}
    for grid, points in story.grids.items():
        if any(p.params.get("loss") == "every" for p in points):
            part = story.cut(grid, own=("length",), hold={"loss": "every"})
            found = [r for r in part.rows if (r.cell, r.biases) in names]
            found = [r for r in found if r.params["loss"] == "every" and gradient(r)]
            if found:
                return found[:MOST]
    return []


def _panels(rows: Sequence[Row], every: Sequence[Row], w: ModuleType) -> Panels:
    last = [r for r in rows if r.params.get("loss") != "every"]
    marks = [(float(LAST), say(w.MARK, last=LAST))]
    by_c = partial(gradient, block="c_graph")
    found = (
        (w.H_TITLE, _curves(last, gradient, w.X, w.Y_H)),
        (w.EVERY_TITLE, _curves(every, gradient, w.X, w.Y_H)),
        (w.C_TITLE, _curves(last, by_c, w.X, w.Y_C)),
        (
            w.SHARE_TITLE,
            _curves(rows, gathered, w.X, w.Y_SHARE, scale="share", x_marks=marks),
        ),
    )
    panels = [Panel(title, curves) for title, curves in found if curves.series]
    return Panels(panels, columns=2 if len(panels) == 4 else len(panels))


def _curves(
    rows: Sequence[Row],
    read: Callable[[Row], CurveOf | None],
    x_label: str,
    y_label: str,
    **options: Any,
) -> Curves:
    """One curve a row that has one: as powers of ten, or plain where it is a share."""
    found = [(row, curve) for row in rows if (curve := read(row))]
    convert = np.ndarray.tolist if "scale" in options else own.log10
    series = [_series(row, curve, convert) for row, curve in found]
    return Curves(series, x_label, y_label, **options)


def _series(row: Row, curve: CurveOf, convert: Any) -> Series:
    count = len(curve.x)
    keep = [*range(min(NEAR, count)), *own.evenly(range(NEAR, count), FAR)]
    low, high = (convert(y[keep]) for y in (curve.low, curve.high))
    return Series(
        label=row.short,
        key=row.key,
        x=[float(v) for v in curve.x[keep]],
        y=convert(curve.mean[keep]),
        low=low if curve.seeds > 1 else None,
        high=high if curve.seeds > 1 else None,
    )
