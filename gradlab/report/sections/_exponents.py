"""Lyapunov exponents in the report: the spectrum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import Figure
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

WHOLE = "lyapunov_exponents"
MOST = 8


def measured(story: Story) -> tuple[Slice | None, list[Row]]:
    """The grid with most networks whose exponents were measured, and those."""
    for grid in story.holding(WHOLE, index=1):
        part = story.cut(grid, own=("length",))
        found = [r for r in part.rows if not math.isnan(largest(r))]
        if found:
            return part, found
    return None, []


def largest(row: Row) -> float:
    """lambda_1 of the whole state, over seeds."""
    return row.spread(WHOLE, index=1).mean


@dataclass(frozen=True)
class Spectrum:
    """All exponents of some networks: what to draw, and its words."""

    data: Curves
    ends: str
    caption: str
    rows: Sequence[Row]
    part: Slice

    @property
    def points(self) -> list[Any]:
        """The points drawn."""
        return own.points_of(self.rows, -1)


def spectrum(story: Story, w: ModuleType) -> Spectrum | None:
    """All exponents of up to eight networks, where they were measured."""
    part, found = measured(story)
    if part is None:
        return None
    chosen = {id(r) for r in own.evenly(sorted(found, key=largest), MOST)}
    rows = [r for r in found if id(r) in chosen]
    some = own.left_out(story, part, len(rows), len(found), sampled=False)
    return Spectrum(
        data=Curves(
            [_series(row) for row in rows],
            x_label=w.SPECTRUM_X,
            y_label=w.SPECTRUM_Y,
            scale="share",
            x_name=w.SPECTRUM_NAME,
        ),
        ends=", ".join(
            say(w.SPECTRUM_END, name=r.label, first=_kept(r, 0), last=_kept(r, -1))
            for r in rows
        ),
        caption=" ".join(t for t in (w.SPECTRUM_CAPTION, some) if t),
        rows=rows,
        part=part,
    )


def figure(finding: str, found: Spectrum, w: ModuleType, story: Story) -> Figure:
    """The spectrum as a figure of its own."""
    return Figure(
        name="exponents",
        data=found.data,
        alt=f"{inline.plain(finding)} {say(w.SPECTRUM_ALT, ends=found.ends)}",
        caption=own.caption(story, found.part, found.points, found.caption),
        draft=say(
            w.SPECTRUM_DRAFT,
            lengths=", ".join(f"{n:,}" for n in sorted({r.length for r in found.rows})),
            seeds=story.seeds_text(found.points),
            values=own.held(story, found.part),
        ),
    )


def _series(row: Row) -> Series:
    curve = row.drawn(WHOLE)
    banded = curve.seeds > 1
    return Series(
        label=row.short,
        key=row.key,
        x=[100 * float(i) / len(curve.x) for i in curve.x],
        y=_factors(curve.mean),
        low=_factors(curve.low) if banded else None,
        high=_factors(curve.high) if banded else None,
    )


def _factors(exponents: np.ndarray) -> list[float]:
    return [float(v) for v in np.exp(exponents)]


def _kept(row: Row, place: int) -> str:
    return inline.plain(numbers.kept(float(row.drawn(WHOLE).mean[place])))
