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


def figure(
    finding: str, story: Story, w: ModuleType
) -> tuple[Figure, list[Row]] | None:
    """Total, conveyor and detours, a panel a network, below blocks of c and h if any.

    The total of the panels below is the block of c by c.
    """
    found = measured(story)
    if not found:
        return None
    rows = chosen(found)
    apart = _blocks(rows, w)
    panels = [*apart, *_split(rows, w)]
    lines = [n for n in (len(apart), len(rows)) if n]
    points, left = own.points_of(rows, -1), ""
    if len(found) > SHOWN:
        left = own.left_out(story, story.curves, len(rows), len(found))
    texts = [
        w.BLOCKS_CAPTION if apart else "",
        say(w.SPLIT_CAPTION, state=carried(Network(rows[0]))[0]),
        left,
    ]
    alts = [w.BLOCKS_ALT, w.SPLIT_ALT] if apart else [w.SPLIT_ALT]
    drafts = [w.BLOCKS_DRAFT, w.SPLIT_DRAFT] if apart else [w.SPLIT_DRAFT]
    drawn = Figure(
        name="conveyor",
        data=Panels(panels, columns=max(lines), lines=lines),
        alt=say(w.ALT, finding=inline.plain(finding), what=" ".join(alts)),
        caption=own.caption(story, story.curves, points, *texts),
        takeaway=finding,
        draft=own.draft(story, " ".join(drafts), story.curves, points),
    )
    return drawn, [*rows]


def _blocks(rows: Sequence[Row], w: ModuleType) -> list[Panel]:
    """Blocks but that of c by c; none for cells of one state."""
    shown = [r for r in rows if all(_has(r, b) for b in BLOCKS)]
    return [
        Panel(
            w.ROADS[block],
            Curves(
                [_series(r, block, r.short, r.key) for r in shown],
                x_label="",
                y_label=w.Y,
                tall=LOW,
            ),
        )
        for block in BLOCKS[:-1]
        if shown
    ]


def _split(rows: Sequence[Row], w: ModuleType) -> list[Panel]:
    block = carried(Network(rows[0]))
    parts = (
        (block, w.TOTAL, "total"),
        ("conveyor", w.CONVEYOR, "conveyor"),
        ("detours", w.DETOURS, "detours"),
    )
    return [
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
