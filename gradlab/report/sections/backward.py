"""What arrives in a real backward pass? dL/dh_t, dL/dc_t, shares of dL/dW."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.sections._formats import formats
from gradlab.report.story import Row, rank, said
from gradlab.report.story.rank import plain_row
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

LAST = 5
MOST = 3
FLAT = math.log(100.0)
POINTS = 48


class Backward(own.OwnSection):
    """Panels: loss gradients against lag, gathered shares, the loss at every step."""

    name = "backward"
    order = 8
    question = "What arrives in a real backward pass?"
    needs = ("loss_gradient",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of one to four panels."""
        w = self.words(story)
        found = [r for r in story.curves.rows if _loss_curve(r, "h") is not None]
        if not found:
            return Missing(w.MISSING)
        rows = _chosen(found)
        every = _every(story, rows)
        finding = _finding(rows, every, w, story)
        points = own.points_of(rows, -1)
        return [
            Finding(finding),
            self._figure(finding, rows, every, len(found), points, w, story),
            *formats(story.curves.rows, w, story),
            *own.tail(
                w,
                story,
                [*rows, *every],
                ("werbos1990",),
                formula=(w.FORMULA, w.SPOKEN),
            ),
        ]

    def _figure(
        self,
        finding: str,
        rows: Sequence[Row],
        every: Sequence[Row],
        count: int,
        points: Sequence[Any],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        panels = [Panel(w.H_TITLE, _gradients(rows, "h", w.Y_H, w))]
        if every:
            panels.append(Panel(w.EVERY_TITLE, _gradients(every, "h", w.Y_H, w)))
        with_c = [r for r in rows if _loss_curve(r, "c_graph") is not None]
        if with_c:
            panels.append(Panel(w.C_TITLE, _gradients(with_c, "c_graph", w.Y_C, w)))
        shared = [r for r in rows if _gathered(r) is not None]
        if shared:
            panels.append(Panel(w.SHARE_TITLE, _shares(shared, w)))
        return Figure(
            name="backward",
            data=Panels(panels, columns=2 if len(panels) == 4 else len(panels)),
            alt=say(w.ALT, finding=inline.plain(finding)),
            caption=own.caption(
                story,
                story.curves,
                points,
                w.CAPTION,
                say(w.SOME, shown=len(rows), count=count) if count > SHOWN else "",
                w.EVERY_START if every else "",
                _underflow(rows, w),
            ),
            draft=own.draft(story, w.DRAFT, story.curves, points),
        )


def _chosen(found: list[Row]) -> list[Row]:
    """The plain RNN, the least and the most open gate that were measured."""
    if len(found) <= MOST:
        return found
    plain = plain_row(found)
    gated = [r for r in found if r.family == "lstm"] or [
        r for r in found if r is not plain
    ]
    opened = [r for r in gated if r.bias != "keep"] or gated
    chosen = [plain, opened[0], opened[-1]] if plain else [*opened[:2], opened[-1]]
    return list({id(r): r for r in chosen if r is not None}.values())


def _every(story: Story, rows: Sequence[Row]) -> list[Row]:
    """The same networks with a loss at every step, where they were measured."""
    for grid, points in story.grids.items():
        if "every" not in {p.params.get("loss") for p in points}:
            continue
        part = story.cut(grid, own=("length",), hold={"loss": "every"})
        names = {(r.cell, r.biases) for r in rows}
        found = [
            r
            for r in part.rows
            if (r.cell, r.biases) in names
            and r.params.get("loss") == "every"
            and _loss_curve(r, "h") is not None
        ]
        if found:
            return found[:MOST]
    return []


def _loss_curve(row: Row, block: str):
    return row.curve("loss_gradient", block=block)


def _gradients(rows: Sequence[Row], block: str, y_label: str, w: ModuleType) -> Curves:
    curves = [(row, _loss_curve(row, block)) for row in rows]
    series = [_series(row, curve) for row, curve in curves if curve is not None]
    return Curves(series, x_label=w.X, y_label=y_label)


def _series(row: Row, curve) -> Series:
    lag = row.length - curve.x
    order = np.argsort(lag)
    keep = order[_thin(len(order))]
    banded = curve.seeds > 1
    return Series(
        label=row.short,
        key=row.key,
        x=[float(v) for v in lag[keep]],
        y=own.log10(curve.mean[keep]),
        low=own.log10(curve.low[keep]) if banded else None,
        high=own.log10(curve.high[keep]) if banded else None,
    )


def _thin(count: int) -> np.ndarray:
    """Indices of at most some fifty points: dense near lag 0, then even."""
    if count <= POINTS:
        return np.arange(count)
    near = np.arange(min(17, count))
    far = np.linspace(17, count - 1, POINTS - 17).round().astype(int)
    return np.unique(np.concatenate([near, far]))


def _gathered(row: Row) -> tuple[np.ndarray, np.ndarray, np.ndarray, int] | None:
    """Lag, mean, (low, high) of the share gathered from the end, over seeds."""
    found = []
    for point in row.points():
        record = point.record("weight_share")
        if record is None:
            continue
        steps, shares, _ = record.curve()
        back = np.argsort(-np.asarray(steps))
        gathered = np.cumsum(np.asarray(shares)[back])
        if np.isfinite(gathered).all():
            found.append(gathered)
    if not found:
        return None
    rows = np.stack(found)
    lag = np.arange(1, rows.shape[1] + 1, dtype=float)
    return (
        lag,
        rows.mean(axis=0),
        np.stack([rows.min(axis=0), rows.max(axis=0)]),
        len(rows),
    )


def _shares(rows: Sequence[Row], w: ModuleType) -> Curves:
    series = []
    for row in rows:
        found = _gathered(row)
        if found is None:
            continue
        lag, mean, ends, seeds = found
        keep = _thin(len(lag))
        series.append(
            Series(
                label=row.short,
                key=row.key,
                x=[float(v) for v in lag[keep]],
                y=[float(v) for v in mean[keep]],
                low=[float(v) for v in ends[0][keep]] if seeds > 1 else None,
                high=[float(v) for v in ends[1][keep]] if seeds > 1 else None,
            )
        )
    marks = [(float(LAST), say(w.MARK, last=LAST))]
    return Curves(series, w.X, w.Y_SHARE, scale="share", x_marks=marks)


def share_of_last(row: Row) -> float:
    """Share of the weight gradient from the last five steps."""
    found = _gathered(row)
    if found is None or len(found[1]) <= LAST:
        return math.nan
    return float(found[1][LAST - 1])


def _finding(
    rows: Sequence[Row], every: Sequence[Row], w: ModuleType, story: Story
) -> str:
    names = story.words("names")
    flat = _flat(every, w)
    shares = [(share_of_last(r), r) for r in rows]
    shares = [(s, r) for s, r in shares if not math.isnan(s)]
    if not shares:
        row = plain_row(rows) or rank.worst(rows)
        curve = _loss_curve(row, "h")
        name, left = said.name(row, names), numbers.left(float(curve.mean[0]))
        return say(w.GRADIENT_ONLY, name=name, left=left, flat=flat)
    low, high = min(shares, key=_first), max(shares, key=_first)
    values = {
        "last": LAST,
        "most": said.name(high[1], names),
        "most_share": numbers.percent(high[0]),
        "least": said.name(low[1], names),
        "least_share": numbers.percent(low[0]),
        "flat": flat,
    }
    if len(shares) == 1:
        return say(w.SHARE_ONE, **values)
    if values["most_share"] == values["least_share"]:
        return say(w.SHARES_EQUAL, **values)
    return say(w.SHARES_ALIKE if high[0] - low[0] < 0.05 else w.SHARES, **values)


def _first(pair: tuple[float, Row]) -> float:
    return pair[0]


def _underflow(rows: Sequence[Row], w: ModuleType) -> str:
    """Why a curve ends in an exact zero where the product does not."""
    for row in rows:
        curve = _loss_curve(row, "h")
        if curve is not None and np.isneginf(curve.mean).any():
            if row.size().word != "dead":
                return say(w.UNDERFLOW, dtype=row.params.get("dtype"))
    return ""


def _flat(every: Sequence[Row], w: ModuleType) -> str:
    """How flat dL/dh_t is with a loss at every step, if it is."""
    spans = []
    for row in every:
        curve = _loss_curve(row, "h")
        inner = curve.mean[1:]
        spans.append(float(inner.max() - inner.min()))
    if not spans or not math.isfinite(max(spans)) or max(spans) > FLAT:
        return ""
    return say(w.FLAT, factor=numbers.significant(math.exp(max(spans))))
