"""Passes through the recurrent weights in the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Prose
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice
from gradlab.report.story.rows import Spread
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MEASURE = "recurrent_passes"
PANELS = 4
FLOOR = -6.0
FIRST = 1.5  # width of the panel that has the axis's words, in widths of the others
LARGER = math.log(1.05)


def told(story: Story, w: ModuleType) -> list[Block]:
    """A sentence and a figure of the parts by passes, where they were measured."""
    part, rows, lag = _measured(story)
    if part is None:
        return []
    finding = _finding(rows, lag, w)
    shown = own.evenly(rows, PANELS)
    points = own.points_of(shown, -1)
    return [
        Prose(finding),
        Figure(
            name="passes",
            data=Panels(
                [_panel(r, lag, w) for r in shown],
                columns=len(shown),
                weights=(FIRST, *(1.0 for _ in shown[1:])),
            ),
            alt=say(
                w.PASSES_ALT,
                finding=inline.plain(finding),
                ends=", ".join(_ends(r, lag, w) for r in shown),
            ),
            caption=own.caption(
                story,
                part,
                points,
                say(w.PASSES_CAPTION, lag=f"{lag:,}", length=f"{shown[0].length:,}"),
                w.PASSES_STROKES if len(shown[0].points()) > 1 else "",
                own.left_out(story, part, len(shown), len(rows), sampled=False),
                bands=False,
            ),
            takeaway=finding,
            draft=say(
                w.PASSES_DRAFT,
                lag=f"{lag:,}",
                seeds=story.seeds_text(points),
                values=own.held(story, part),
            ),
        ),
    ]


def rows(story: Story) -> list[Row]:
    """The networks whose parts were measured."""
    return _measured(story)[1]


def _measured(story: Story) -> tuple[Slice | None, list[Row], int]:
    """The grid with most networks whose parts were measured, those, and the lag.

    The lag is the one nearest to half the length: parts of many passes need some steps
    to come up, and at the end there may be more passes than are told apart.
    """
    for grid in story.holding(MEASURE):
        part = story.cut(grid, own=("length",))
        length = max(r.length for r in part.rows)
        alike = [r for r in part.rows if r.length == length and _lags(r)]
        lag = min(_lags(alike[0]), key=lambda v: abs(2 * v - length)) if alike else 0
        rows = [r for r in alike if lag in _lags(r) and _told(r, lag)]
        if rows:
            return part, rows, lag
    return None, [], 0


def _record(row: Row):
    found = (p.record(MEASURE) for p in row.points())
    return next((record for record in found if record is not None), None)


def _lags(row: Row) -> tuple[int, ...]:
    record = _record(row)
    return () if record is None else record.coords["lag"]


def _told(row: Row, lag: int) -> bool:
    """Whether the whole has a size, in all seeds."""
    return math.isfinite(_size(row, "total", lag).mean)


def _parts(row: Row) -> list[str]:
    """The numbers of passes told apart, and ``more``."""
    return [part for part in _record(row).coords["index"] if part != "total"]


def _size(row: Row, part: str, lag: int) -> Spread:
    return row.spread(MEASURE, index=part, lag=lag)


def _largest(row: Row, lag: int) -> str:
    sizes = {part: _size(row, part, lag).mean for part in _parts(row)}
    return max(sizes, key=lambda part: sizes[part])


def _panel(row: Row, lag: int, w: ModuleType) -> Panel:
    parts = _parts(row)
    last = float(len(parts) - 1)
    words = (
        *((float(k), str(k)) for k in range(len(parts) - 1)),
        (last, f">{len(parts) - 2}"),
    )
    places = [place for place, _ in words]
    total = own.log10([_size(row, "total", lag).mean] * len(places))
    series = [
        Series(w.PASSES_TOTAL, "whole", places, total),
        _dots(row, parts[:1], 0, lag, w.PASSES_NONE, "no_pass"),
        _dots(row, parts[1:], 1, lag, w.PASSES_SOME, "passes"),
    ]
    return Panel(
        say(w.PASSES_PANEL, name=row.short, count=_counted(_largest(row, lag), row, w)),
        Curves(
            series,
            x_label=w.PASSES_X,
            y_label="",
            floor=FLOOR,
            x_name=w.PASSES_NAME,
            x_words=words,
        ),
    )


def _dots(
    row: Row, parts: Sequence[str], first: int, lag: int, label: str, key: str
) -> Series:
    sizes = [_size(row, part, lag) for part in parts]
    banded = any(size.seeds > 1 for size in sizes)
    return Series(
        label,
        key,
        x=[float(first + k) for k in range(len(parts))],
        y=own.log10(size.mean for size in sizes),
        low=own.log10(size.lowest for size in sizes) if banded else None,
        high=own.log10(size.highest for size in sizes) if banded else None,
    )


def _counted(part: str, row: Row, w: ModuleType) -> str:
    """``no pass``, ``1 pass``, ``3 passes``, ``more than 8 passes``."""
    if part == "more":
        return say(w.PASSES_MORE, count=len(_parts(row)) - 2)
    count = int(part)
    if count > 1:
        return say(w.PASSES_MANY, count=count)
    return w.PASSES_ONE if count else w.PASSES_ZERO


def _finding(rows: Sequence[Row], lag: int, w: ModuleType) -> str:
    """How often the largest part has passed, network by network; who cancels."""
    groups: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: _parts(r).index(_largest(r, lag))):
        groups.setdefault(_counted(_largest(row, lag), row, w), []).append(row.label)
    items = [
        say(w.PASSES_ITEM if k else w.PASSES_FIRST, count=count, names=_some(names, w))
        for k, (count, names) in enumerate(groups.items())
    ]
    text = say(w.PASSES_FINDING, lag=f"{lag:,}", list=numbers.listed(items))
    larger = [r.label for r in rows if _excess(r, lag) > LARGER]
    if larger:
        text += say(w.PASSES_CANCEL, names=_some(larger, w))
    return text


def _some(names: Sequence[str], w: ModuleType) -> str:
    shown = list(names[:PANELS])
    if len(names) > PANELS:
        shown[-1] = say(w.PASSES_OTHERS, count=len(names) - PANELS + 1)
    return numbers.listed(shown)


def _excess(row: Row, lag: int) -> float:
    largest = _size(row, _largest(row, lag), lag).mean
    return largest - _size(row, "total", lag).mean


def _ends(row: Row, lag: int, w: ModuleType) -> str:
    largest = _largest(row, lag)
    return say(
        w.PASSES_END,
        name=row.label,
        total=inline.plain(numbers.left(_size(row, "total", lag).mean)),
        count=_counted(largest, row, w),
        size=inline.plain(numbers.left(_size(row, largest, lag).mean)),
    )
