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
from gradlab.report.story.rank import counts, plain_row
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST, LEAST = 7, 4
ONE, NEAR = 2.0, 0.9
HOLDS = ("stable", "fading", "growing")


class Directions(own.OwnSection):
    """Curves of the stable rank of those networks that hold, and of the RNN."""

    name = "directions"
    order = 8
    question = "How many directions survive?"
    needs = ("stable_rank",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A figure of up to seven curves; beside it the exponents, where there are."""
        w = self.words(story)
        rows, holding = _rows(story)
        spectrum = exponents.spectrum(story, w)
        if not rows:
            return (
                Missing(w.MISSING) if spectrum is None else _alone(spectrum, w, story)
            )
        finding = _finding([*rows, *holding], w, story)
        points = own.points_of(rows, -1)
        data = _curves(rows, w)
        figure = self._figure(finding, data, rows, len(holding), points, w, story)
        told, how, keys = list(rows), w.HOW, ["vershynin2018"]
        if spectrum is not None:
            finding = f"{finding} {spectrum.finding}"
            figure = _beside(figure, data, spectrum, points, w, story)
            told += spectrum.rows
            how, keys = f"{how} {w.SPECTRUM_HOW}", ["benettin1980", *keys]
        return [
            Finding(finding),
            figure,
            *own.tail(w, story, told, keys, formula=(w.FORMULA, w.SPOKEN), how=how),
        ]

    def _figure(
        self,
        finding: str,
        data: Curves,
        rows: Sequence[Row],
        besides: int,
        points: Sequence[Any],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        ends = ", ".join(
            say(w.ALT_END, name=r.label, rank=numbers.directions(rank.directions(r)))
            for r in rows
        )
        return Figure(
            name="directions",
            data=data,
            alt=say(w.ALT, finding=inline.plain(finding), ends=ends),
            caption=own.caption(
                story,
                story.curves,
                points,
                w.CAPTION,
                _best(rows, besides, w),
            ),
            draft=own.draft(story, w.DRAFT, story.curves, points),
        )


def _curves(rows: Sequence[Row], w: ModuleType) -> Curves:
    return Curves(
        [_series(r) for r in rows],
        x_label=w.X,
        y_label=w.Y,
        scale="rank",
        x_log2=True,
    )


def _beside(
    figure: Figure,
    data: Curves,
    spectrum: exponents.Spectrum,
    points: Sequence[Any],
    w: ModuleType,
    story: Story,
) -> Figure:
    """The stable rank's figure with the exponents as a second panel."""
    alt = say(
        w.SPECTRUM_ALT, finding=inline.plain(spectrum.finding), ends=spectrum.ends
    )
    held = own.held(story, spectrum.part)
    return replace(
        figure,
        data=Panels(
            [
                Panel(w.PANEL_RANK, replace(data, x_label=w.X_SHORT)),
                Panel(w.PANEL_SPECTRUM, spectrum.data),
            ],
            share_y=False,
        ),
        alt=f"{figure.alt} {alt}",
        caption=own.caption(
            story,
            story.curves,
            [*points, *spectrum.points],
            w.CAPTION,
            spectrum.caption,
            *([say(w.SPECTRUM_HELD, values=held)] if held else []),
        ),
    )


def _alone(
    spectrum: exponents.Spectrum, w: ModuleType, story: Story
) -> Sequence[Block]:
    """The section where exponents are all there is."""
    return [
        Finding(spectrum.finding),
        exponents.figure(spectrum, w, story),
        *own.tail(
            w,
            story,
            spectrum.rows,
            ("benettin1980",),
            formula=(w.SPECTRUM_FORMULA, w.SPECTRUM_SPOKEN),
            how=w.SPECTRUM_HOW,
        ),
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


def _none_holds(
    rows: Sequence[Row], w: ModuleType, shared: dict[str, str], story: Story
) -> str:
    words = {r.size().word for r in rows}
    live = [r for r in rows if math.isfinite(r.size().ln)]
    if not live:
        found = counts(rows, story.words("top"), story.words("names"))
        return say(w.NOTHING_ARRIVES, counts=found, **shared)
    ranks = [rank.directions(r) for r in live]
    low, high = numbers.directions(min(ranks)), numbers.directions(max(ranks))
    if "undetermined" in words:
        one, many = w.UNDECIDED_ONE, w.UNDECIDED
    elif "exploding" in words:
        one, many = w.LOUD_ONE, w.LOUD
    else:
        one, many = w.NO_HOLDER_ONE, w.NO_HOLDER
    return say(one if low == high else many, low=low, high=high, **shared)


def _finding(rows: Sequence[Row], w: ModuleType, story: Story) -> str:
    holding = [r for r in rows if r.size().word in ("stable", "fading", "growing")]
    shared = {
        "length": f"{max(r.length for r in rows):,}",
        "hidden": _whole(rows),
    }
    if not holding:
        return _none_holds(rows, w, shared, story)
    single = [r for r in holding if rank.directions(r) < ONE]
    most = max(holding, key=rank.directions)
    if single:
        other = ""
        if rank.directions(most) >= ONE:
            shown = numbers.directions(rank.directions(most))
            top = [
                r for r in holding if rank.directions(r) > NEAR * rank.directions(most)
            ]
            names = numbers.listed([r.label for r in top[:3]])
            other = say(w.OTHER, name=names, rank=shown)
        count = numbers.directions(max(rank.directions(r) for r in single[:3]))
        return say(
            w.ONE_NUMBER,
            single=numbers.listed([r.label for r in single[:3]]),
            end=w.END_ONE if len(single) == 1 else w.END_MANY,
            single_rank=say(w.COUNT_ONE if count == "1" else w.COUNT, count=count),
            other=other,
            **shared,
        )
    if len(holding) == 1:
        shown = numbers.directions(rank.directions(most))
        return say(w.SINGLE_HOLDER, name=most.label, rank=shown, **shared)
    least = min(holding, key=rank.directions)
    if rank.directions(most) < 1.1 * rank.directions(least):
        shown = numbers.directions(rank.directions(most))
        return say(w.ALIKE, count=len(holding), most_rank=shown, **shared)
    return say(
        w.SPREAD,
        most=most.label,
        most_rank=numbers.directions(rank.directions(most)),
        least=least.label,
        least_rank=numbers.directions(rank.directions(least)),
        **shared,
    )


def _whole(rows: Sequence[Row]) -> str:
    """How many directions there are: H, twice that for the LSTM's (h, c)."""
    sizes = sorted(
        {int(r.params["hidden"]) * (2 if r.family == "lstm" else 1) for r in rows}
    )
    return " or ".join(str(s) for s in sizes)
