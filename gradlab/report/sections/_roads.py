"""The blocks of the derivative, its conveyor and its detours, in the report."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report import inline
from gradlab.report.blocks import Figure
from gradlab.report.evidence.networks import Network
from gradlab.report.evidence.roads import BLOCKS, carried, carrier
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, labels, rank
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

LOW = 0.85  # two rows of panels, which should leave room for others on their page
PANELS = 3


def measured(story: Story) -> list[Row]:
    """Rows with a conveyor: those with both h and c, or where there are none, h."""
    found = [
        r
        for r in story.curves.rows
        if _has(r, "conveyor") and _has(r, carried(Network(r)))
    ]
    return [r for r in found if carried(Network(r)) == "cc"] or found


def several(story: Story) -> bool:
    """Whether these have both h and c."""
    return any(carried(Network(row)) == "cc" for row in measured(story))


def chosen(found: list[Row]) -> list[Row]:
    """Up to three of them: the last biases."""
    if len(found) <= PANELS:
        return found
    opened = [r for r in found if r.bias != "keep" and r.cell == found[0].cell]
    if len(opened) == PANELS:
        return opened
    return list(rank.sample(tuple(found), PANELS))


def blocks(
    finding: str, story: Story, w: ModuleType
) -> tuple[Figure, list[Row]] | None:
    """Four panels, one a block; None for cells of one state."""
    found = measured(story)
    rows = [r for r in chosen(found) if all(_has(r, b) for b in BLOCKS)]
    if not rows:
        return None
    panels = [
        Panel(
            w.ROADS[block],
            Curves(
                [_series(r, block, r.short, r.key) for r in rows],
                x_label=w.X if block.startswith("c") else "",
                y_label=w.Y if block.startswith("h") else "",
                tall=LOW,
            ),
        )
        for block in BLOCKS
    ]
    return _figure(
        "blocks",
        Panels(panels, columns=2),
        (finding, w.BLOCKS_ALT, w.BLOCKS_CAPTION, w.BLOCKS_DRAFT),
        (rows, len(found)),
        story,
        w,
    )


def split(finding: str, story: Story, w: ModuleType) -> tuple[Figure, list[Row]] | None:
    """Total, conveyor and detours, one panel a network."""
    found = measured(story)
    if not found:
        return None
    rows = chosen(found)
    block = carried(Network(rows[0]))
    parts = (
        (block, w.TOTAL, "total"),
        ("conveyor", w.CONVEYOR, "conveyor"),
        ("detours", w.DETOURS, "detours"),
    )
    panels = [
        Panel(
            say(w.PANEL, bias=name, what=w.CARRIERS[carrier(Network(row))]),
            Curves(
                [
                    _series(row, b, label, key)
                    for b, label, key in parts
                    if _has(row, b)
                ],
                x_label=w.X,
                y_label=w.Y,
            ),
        )
        for row, name in zip(rows, _titles(rows), strict=True)
    ]
    caption = say(w.SPLIT_CAPTION, state=block[0])
    return _figure(
        "conveyor",
        Panels(panels, columns=len(panels)),
        (finding, w.SPLIT_ALT, caption, w.SPLIT_DRAFT),
        (rows, len(found)),
        story,
        w,
    )


def _figure(
    name: str,
    data: Panels,
    texts: tuple[str, str, str, str],
    drawn: tuple[Sequence[Row], int],
    story: Story,
    w: ModuleType,
) -> tuple[Figure, list[Row]]:
    finding, alt, caption, draft = texts
    rows, count = drawn
    points, left = own.points_of(rows, -1), ""
    if count > SHOWN:
        left = own.left_out(story, story.curves, len(rows), count)
    figure = Figure(
        name=name,
        data=data,
        alt=say(w.ALT, finding=inline.plain(finding), what=alt),
        caption=own.caption(story, story.curves, points, caption, left),
        takeaway=finding,
        draft=own.draft(story, draft, story.curves, points),
    )
    return figure, [*rows]


def _has(row: Row, block: str) -> bool:
    return row.curve("spectral_norm", block=block) is not None


def _series(row: Row, block: str, label: str, key: str) -> Series:
    """A block's curve, from the first lag at which anything has entered it."""
    curve = row.drawn("spectral_norm", block=block)
    banded = curve.seeds > 1
    entered = np.flatnonzero(curve.mean > -np.inf)
    start = int(entered[0]) if entered.size else 0
    return Series(
        label=label,
        key=key,
        x=[float(v) for v in curve.x[start:]],
        y=own.log10(curve.mean[start:]),
        low=own.log10(curve.low[start:]) if banded else None,
        high=own.log10(curve.high[start:]) if banded else None,
    )


def _titles(rows: Sequence[Row]) -> list[str]:
    """Each row by what tells it apart: its bias, and its cell if there are several."""
    if len({r.cell for r in rows}) > 1:
        return [r.label for r in rows]
    return [
        labels.with_extras(r.bias_name or labels.cell_name(r.cell, r.names), r.extras)
        for r in rows
    ]
