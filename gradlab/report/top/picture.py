"""The picture of the first screen: what is left against lag, of a few networks."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.blocks import Picture
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.numbers import LN10
from gradlab.report.story import rank
from gradlab.report.top import learning
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Row, Story

MOST = 5
SECTION = "how_far"
"""Where all networks are drawn, and the words of the picture stand."""


def picture(story: Story) -> Picture | None:
    """Return the curves of the plain RNN and of the cell with most networks."""
    rows = _chosen(story)
    if not rows:
        return learning.picture(story) if story.training_alone else None
    w = story.words(SECTION)
    ends = " ".join(
        say(
            w.ALT_END,
            name=row.label,
            left=inline.plain(numbers.left(row.size().ln)),
            length=row.length,
        )
        for row in rows
    )
    data = Curves(
        [_series(row) for row in rows],
        x_label=w.X,
        y_label=w.Y,
        shade=w.SHADE,
        tall=1.15,
    )
    return Picture(data, w.PICTURE_ALT + " " + ends, w.PICTURE)


def _chosen(story: Story) -> tuple[Row, ...]:
    rows = [
        row
        for row in story.curves.rows
        if row.curve("spectral_norm", block="joint") and math.isfinite(row.size().ln)
    ]
    if len(rows) < 2:
        return ()
    counts = Counter(row.cell for row in reversed(rows) if row.cell != "rnn")
    most = max(counts, key=lambda cell: counts[cell], default="rnn")
    plain = rank.plain_row(rows)
    found = [row for row in rows if row is plain or row.cell == most]
    return rank.sample(tuple(found if len(found) > 1 else rows), MOST)


def _series(row: Row) -> Series:
    curve = row.drawn("spectral_norm", block="joint")
    return Series(
        row.short,
        row.key,
        [float(x) for x in curve.x],
        [float(ln) / LN10 for ln in curve.mean],
    )
