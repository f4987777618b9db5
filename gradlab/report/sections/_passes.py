"""Passes through the recurrent weights in the report."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.blocks import Figure
from gradlab.report.evidence.passes import MEASURE, Passes
from gradlab.report.evidence.values import PassCount
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.story import Row
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PANELS = 4
FLOOR = -6.0
FIRST = 1.5  # width of the panel that has the axis's words, in widths of the others


def figure(
    finding: str, story: Story, w: ModuleType
) -> tuple[Figure, list[Row]] | None:
    """The parts by passes of the grid with most networks where they were measured."""
    cuts = [story.cut(g, own=("length",)) for g in story.holding(MEASURE)]
    found = [(part, Passes.of(part.rows)) for part in cuts]
    found = [(part, passes) for part, passes in found if passes.rows]
    if not found:
        return None
    own_length = [item for item in found if item[1].length == item[0].length]
    part, passes = (own_length or found)[0]
    shown = own.evenly(passes.rows, PANELS)
    points = [p for row in shown for p in passes.points(row)]
    lag, length = f"{passes.lag:,}", f"{passes.length:,}"
    drawn = Figure(
        name="passes",
        data=Panels(
            [_panel(r, passes, w, story.language) for r in shown],
            columns=len(shown),
            weights=(FIRST, *(1.0 for _ in shown[1:])),
        ),
        alt=say(
            w.ALT,
            finding=inline.plain(finding),
            what="; ".join(_ends(r, passes, w, story.language) for r in shown) + ".",
        ),
        caption=own.caption(
            story,
            part,
            points,
            say(w.PASSES_CAPTION, lag=lag, length=length),
            w.PASSES_STROKES if len(passes.points(shown[0])) > 1 else "",
            own.left_out(
                story, part, len(shown), len(passes.rows), sampled=False, tabled=False
            ),
            bands=False,
        ),
        takeaway=finding,
        draft=say(
            w.PASSES_DRAFT,
            networks=own.networks(story),
            lag=lag,
            seeds=story.seeds_text(points),
            values=own.held(story, part),
        ),
    )
    return drawn, [*passes.rows]


def _panel(row: Row, passes: Passes, w: ModuleType, language: str) -> Panel:
    parts = passes.parts(row)
    last = float(len(parts) - 1)
    words = (
        *((float(k), str(k)) for k in range(len(parts) - 1)),
        (last, f">{len(parts) - 2}"),
    )
    places = [place for place, _ in words]
    total = own.log10([passes.size(row, "total").mean] * len(places))
    series = [
        Series(w.PASSES_TOTAL, "whole", places, total),
        _dots(row, parts[:1], 0, passes, w.PASSES_NONE, "no_pass"),
        _dots(row, parts[1:], 1, passes, w.PASSES_SOME, "passes"),
    ]
    return Panel(
        say(w.PASSES_PANEL, name=row.short, count=_counted(row, passes, language)),
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
    row: Row, parts: Sequence[str], first: int, passes: Passes, label: str, key: str
) -> Series:
    sizes = [passes.size(row, part) for part in parts]
    banded = any(size.seeds > 1 for size in sizes)
    return Series(
        label,
        key,
        x=[float(first + k) for k in range(len(parts))],
        y=own.log10(size.mean for size in sizes),
        low=own.log10(size.lowest for size in sizes) if banded else None,
        high=own.log10(size.highest for size in sizes) if banded else None,
    )


def _counted(row: Row, passes: Passes, language: str) -> str:
    told = len(passes.parts(row)) - 2
    return PassCount(passes.count(row), told).say(language)


def _ends(row: Row, passes: Passes, w: ModuleType, language: str) -> str:
    largest = passes.size(row, passes.largest(row)).mean
    return say(
        w.PASSES_END,
        name=row.label,
        total=inline.plain(numbers.left(passes.size(row, "total").mean)),
        count=_counted(row, passes, language),
        size=inline.plain(numbers.left(largest)),
    )
