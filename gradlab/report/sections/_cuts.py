"""Rates with a path cut in the derivative only, in the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.blocks import Figure
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PATHS = ("joint", "no_detours", "no_cell_path")
KEYS = ("all_paths", "no_detours", "no_cell_path")
MOST = 12


def figure(
    finding: str, story: Story, w: ModuleType
) -> tuple[Figure, list[Row]] | None:
    """Dots of all paths, no detours, no path along the carried state."""
    found = [
        r
        for r in story.main.rows
        if r.has("growth_rate", block="conveyor")
        and r.has("growth_rate", block="no_cell_path")
        and math.isfinite(r.rate().mean)
    ]
    if not found:
        return None
    rows = rank.sample(tuple(found), MOST)
    plain = rank.plain_row(story.main.rows)
    lines = []
    if plain is not None and math.isfinite(plain.rate().mean):
        rate = plain.rate().mean
        lines.append((rate, f"{w.PLAIN_LINE} {numbers.kept(rate)}"))
    points = own.points_of(rows, -1)
    names = (w.ALL_PATHS, w.NO_DETOURS, w.NO_CELL_PATH)
    marks = [
        _marks(rows, block, label, key)
        for block, label, key in zip(PATHS, names, KEYS, strict=True)
    ]
    shown = "; ".join(
        say(
            w.CUTS_ROW,
            name=r.label,
            whole=inline.plain(numbers.kept(r.rate().mean)),
            cut=inline.plain(numbers.kept(r.rate("no_cell_path").mean)),
        )
        for r in rows
    )
    texts = [
        w.CUTS_CAPTION,
        w.INTERVAL if any(r.rate().seeds >= 3 for r in rows) else "",
        own.left_out(story, story.main, len(rows), len(found)),
    ]
    drawn = Figure(
        name="cuts",
        data=Dots([r.label for r in rows], marks, w.CUTS_X, lines=lines),
        alt=say(w.ALT, finding=inline.plain(finding), what=say(w.CUTS_ALT, rows=shown)),
        caption=own.caption(story, story.main, points, *texts, bands=False),
        takeaway=finding,
        draft=own.draft(story, w.CUTS_DRAFT, story.main, points),
    )
    return drawn, [plain, *rows] if plain else [*rows]


def _marks(rows: Sequence[Row], block: str, label: str, key: str) -> Marks:
    rates = [r.rate(block) for r in rows]
    bounded = any(math.isfinite(r.low) for r in rates)
    return Marks(
        label=label,
        key=key,
        values=[r.mean for r in rates],
        low=[r.low for r in rates] if bounded else None,
        high=[r.high for r in rates] if bounded else None,
    )
