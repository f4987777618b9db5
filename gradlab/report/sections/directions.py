"""How many directions survive? Stable rank against lag."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _exponents as exponents
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank
from gradlab.report.story.rank import plain_row
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST, LEAST = 7, 4
HOLDS = ("stable", "fading", "growing")


class Directions(own.OwnSection):
    """Curves of the stable rank of those networks that hold, and of the RNN."""

    name = "directions"
    order = 7
    question = "How many directions survive?"
    needs = ("stable_rank",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A figure of up to seven curves; beside it the exponents, where there are."""
        w = self.words(story)
        rows, holding = _rows(story)
        spectrum = exponents.spectrum(story, w)
        finding = self.claims(story)
        if not rows:
            if spectrum is None:
                return Missing(w.NOTHING if story.holding("stable_rank") else w.MISSING)
            return _alone(finding, spectrum, w, story)
        points = own.points_of(rows, -1)
        figure = self._figure(finding, rows, len(holding), spectrum, points, w, story)
        formula, how, keys = (w.FORMULA, w.SPOKEN), w.HOW, ["vershynin2018"]
        told = list(rows)
        if spectrum is not None:
            told += spectrum.rows
            how, keys = f"{how} {w.SPECTRUM_HOW}", ["benettin1980", *keys]
        return [
            Finding(finding),
            figure,
            *own.tail(w, story, told, keys, formula=formula, how=how),
        ]

    def _figure(
        self,
        finding: str,
        rows: Sequence[Row],
        besides: int,
        spectrum: exponents.Spectrum | None,
        points: Sequence[Any],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        """The stable rank; with the exponents, where measured, as a second panel."""
        curves = [_series(r) for r in rows]
        one = Curves(curves, w.X, w.Y, scale="rank", x_log2=True)
        data: Curves | Panels = one
        ends = ", ".join(
            say(w.ALT_END, name=r.label, rank=numbers.directions(rank.directions(r)))
            for r in rows
        )
        alt = say(w.ALT, finding=inline.plain(finding), ends=ends)
        texts = [w.CAPTION, _best(rows, besides, w)]
        if spectrum is not None:
            ranks = Panel(w.PANEL_RANK, replace(one, x_label=w.X_SHORT))
            panels = [ranks, Panel(w.PANEL_SPECTRUM, spectrum.data)]
            data = Panels(panels, share_y=False)
            alt = f"{alt} {say(w.SPECTRUM_ALT, ends=spectrum.ends)}"
            held = own.held(story, spectrum.part)
            texts += [spectrum.caption, held and say(w.SPECTRUM_HELD, values=held)]
            points = [*points, *spectrum.points]
        return Figure(
            name="directions",
            data=data,
            alt=alt,
            caption=own.caption(story, story.curves, points, *texts),
            draft=own.draft(story, w.DRAFT, story.curves, points),
        )


def _alone(
    finding: str, spectrum: exponents.Spectrum, w: ModuleType, story: Story
) -> Sequence[Block]:
    """The section where exponents are all there is."""
    formula, how = (w.SPECTRUM_FORMULA, w.SPECTRUM_SPOKEN), w.SPECTRUM_HOW
    rows, keys = spectrum.rows, ("benettin1980",)
    return [
        Finding(finding),
        exponents.figure(finding, spectrum, w, story),
        *own.tail(w, story, rows, keys, formula=formula, how=how),
    ]


def _best(rows: Sequence[Row], besides: int, w: ModuleType) -> str:
    """Of how many that hold their gradient these are drawn, where it is many."""
    drawn = sum(row.size().word in HOLDS for row in rows)
    if drawn + besides <= SHOWN:
        return ""
    return say(w.BEST, shown=drawn, count=drawn + besides)


def _rows(story: Story) -> tuple[list[Row], list[Row]]:
    """The rows drawn: the plain RNN, at its most stable gain too, and those that hold.

    And those that hold besides, for which there is no room.
    """
    found = [r for r in story.curves.rows if not math.isnan(rank.directions(r))]
    plain = plain_row(found)
    holding = [r for r in found if r.size().word in HOLDS and r is not plain]
    steady = _steady(story)
    first = [r for r in (plain, steady) if r is not None]
    if len(holding) < LEAST:
        taken = {id(r) for r in (*holding, *first)}
        others = [r for r in found if id(r) not in taken]
        holding += sorted(others, key=rank.merit)[: LEAST - len(holding)]
    room = MOST - len(first)
    best = {id(r) for r in sorted(holding, key=rank.merit)[:room]}
    drawn = [r for r in found if id(r) in best]
    return first + drawn, [r for r in holding if id(r) not in best]


def _steady(story: Story) -> Row | None:
    """The plain RNN at the gain where its gradient holds best, if it holds at any."""
    for grid in story.varying("gain"):
        part = story.cut(grid, own=("length",))
        rows = [
            r
            for r in part.rows
            if r.cell == "rnn"
            and r.extra
            and "gain" in r.extra
            and r.params.get("gain") != 1.0
            and r.params.get("init") in ("default", None)
            and r.size().word in HOLDS
            and not math.isnan(rank.directions(r))
        ]
        if rows:
            return min(rows, key=lambda r: abs(r.size().ln))
    return None


def _series(row: Row) -> Series:
    curve = row.drawn("stable_rank", block="joint")
    keep = curve.x >= 1
    banded = curve.seeds > 1
    return Series(
        label=row.short,
        key=row.key,
        x=[float(v) for v in curve.x[keep]],
        y=[float(v) for v in np.asarray(curve.mean)[keep]],
        low=[float(v) for v in np.asarray(curve.low)[keep]] if banded else None,
        high=[float(v) for v in np.asarray(curve.high)[keep]] if banded else None,
    )
