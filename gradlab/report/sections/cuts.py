"""What if we take a part away? Rates with a path cut in the derivative only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank
from gradlab.report.story.rank import plain_row
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PATHS = ("joint", "no_detours", "no_cell_path")
MOST = 12
CLEAR = 0.02
LITTLE = 0.05


class Cuts(own.OwnSection):
    """Dots: all paths, no detours, no cell path."""

    name = "cuts"
    order = 7
    question = "What if we take a part away?"
    needs = ("growth_rate",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One dot plot of the LSTM's rows (of the GRU's where there is no LSTM)."""
        w = self.words(story)
        rows = _rows(story)
        if not rows:
            return Missing(w.MISSING)
        plain = plain_row(story.main.rows)
        finding = _finding(rows, plain, w)
        drawn = rank.sample(rows, MOST)
        with_plain = [*([plain] if plain else []), *drawn]
        return [
            Finding(finding),
            self._figure(finding, drawn, len(rows), plain, w, story),
            *own.tail(
                w,
                story,
                with_plain,
                ("hochreiter1997", "kanuparthi2019"),
                formula=_formula(rows, w),
            ),
        ]

    def _figure(
        self,
        finding: str,
        rows: Sequence[Row],
        count: int,
        plain: Row | None,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        last = w.NO_CELL_PATH if rows[0].family != "gru" else w.NO_KEEP_PATH
        names = (w.ALL_PATHS, w.NO_DETOURS, last)
        keys = ("all_paths", "no_detours", "no_cell_path")
        marks = [
            _marks(rows, block, label, key)
            for block, label, key in zip(PATHS, names, keys, strict=True)
        ]
        lines = []
        if plain is not None and math.isfinite(plain.rate().mean):
            rate = plain.rate().mean
            lines.append((rate, f"{w.PLAIN_LINE} {numbers.kept(rate)}"))
        points = own.points_of(rows, -1)
        shown = ", ".join(
            say(
                w.ALT_ROW,
                name=r.label,
                whole=inline.plain(numbers.kept(r.rate().mean)),
                no_cell=inline.plain(numbers.kept(r.rate("no_cell_path").mean)),
                path=w.CELL_PATHS.get(r.family, "cell"),
            )
            for r in rows
        )
        several = any(r.rate().seeds >= 3 for r in rows)
        before = [w.CAPTION, w.INTERVAL] if several else [w.CAPTION]
        before.append(own.left_out(story, story.main, len(rows), count))
        return Figure(
            name="cuts",
            data=Dots([r.label for r in rows], marks, w.X, lines=lines),
            alt=say(w.ALT, finding=inline.plain(finding), rows=shown),
            caption=own.caption(story, story.main, points, *before, bands=False),
            draft=own.draft(story, w.DRAFT, story.main, points),
        )


def _rows(story: Story) -> tuple[Row, ...]:
    found = [
        r
        for r in story.main.rows
        if r.has("growth_rate", block="no_cell_path")
        and math.isfinite(r.rate().mean)
        and r.size().word
    ]
    first = [r for r in found if r.family == "lstm"]
    return tuple(first or found)


def _formula(rows: Sequence[Row], w: ModuleType) -> tuple[str, str]:
    """With blocks where there is a cell state, as a sum where h itself is kept."""
    if rows[0].family == "gru":
        return w.FORMULA_KEEP, w.SPOKEN_KEEP
    return w.FORMULA, w.SPOKEN


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


def _finding(rows: Sequence[Row], plain: Row | None, w: ModuleType) -> str:
    top = max(rows, key=lambda r: r.rate("no_cell_path").mean)
    without = top.rate("no_cell_path").mean
    family = rows[0].family
    shared = {
        "path": w.CELL_PATHS.get(family, "cell"),
        "cell": rows[0].label.partition(" ")[0],
        "kept": numbers.kept(without),
    }
    best = max(r.rate().mean for r in rows)
    changed = any(r.rate().mean - r.rate("no_cell_path").mean > LITTLE for r in rows)
    if without > best + LITTLE:
        text = say(w.HELPS, whole=numbers.kept(best), **shared)
    elif not changed:
        text = say(w.NO_HARM, whole=numbers.kept(best), **shared)
    else:
        text = say(w.NO_CELL, beside=_beside(rows, plain, without, w), **shared)
    return text + _detours(rows, w) + "."


def _beside(
    rows: Sequence[Row], plain: Row | None, without: float, w: ModuleType
) -> str:
    if plain is None or not math.isfinite(plain.rate().mean):
        return ""
    rate = plain.rate().mean
    shown = {"plain": numbers.kept(rate)}
    if abs(without - rate) < CLEAR:
        return say(w.BESIDE_SAME, **shown)
    if without > rate:
        return say(w.BESIDE_MORE, **shown)
    if max(r.rate().mean for r in rows) > rate:
        state = w.STATES.get(rows[0].family, "the state")
        return say(w.BESIDE_LESS, state=state, **shown)
    return say(w.BESIDE_LESS_FAIL, **shown)


def _detours(rows: Sequence[Row], w: ModuleType) -> str:
    """The row whose rate changes most without its detours, in what one step keeps."""
    known = [r for r in rows if math.isfinite(r.rate("no_detours").mean)]
    if not known:
        return ""

    def change(row: Row) -> float:
        return math.exp(row.rate().mean) - math.exp(row.rate("no_detours").mean)

    row = max(known, key=lambda r: abs(change(r)))
    if abs(change(row)) < 0.01:
        points = f"{max(0.1, 100 * abs(change(row))):.1f}"
        return say(w.DETOURS_LITTLE, change=points)
    return say(
        w.DETOURS_COUNT if change(row) > 0 else w.DETOURS_RISE,
        bias=row.label,
        whole=numbers.kept(row.rate().mean),
        kept=numbers.kept(row.rate("no_detours").mean),
    )
