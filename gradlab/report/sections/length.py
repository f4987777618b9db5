"""Does a longer sequence make it worse? The line-up by length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank, said
from gradlab.report.story.rank import plain_row
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from gradlab.report.story import Story

SAME_RATE = 0.2
LITTLE = math.log(10.0)


class Length(own.OwnSection):
    """What is left of the gradient, rows by lengths."""

    name = "length"
    order = 2
    question = "Does a longer sequence make it worse?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A map of rows by lengths; dots where there is one row."""
        w = self.words(story)
        lengths = story.main.lengths
        if len(lengths) < 2:
            return Missing(say(w.ONE_LENGTH, length=f"{lengths[0]:,}"))
        measured = tuple(r for r in story.main.rows if r.size().word)
        if not measured:
            return Missing(w.NO_SIZE)
        rows = rank.sample(measured)
        finding = self._finding(measured, w, story)
        alone = len(rows) == 1
        figure = (self._dots if alone else self._map)(finding, rows, lengths, w, story)
        how = w.HOW_DOTS if alone else w.HOW
        return [
            Finding(finding),
            figure,
            *own.tail(
                w, story, rows, ("bengio1994",), formula=(w.FORMULA, w.SPOKEN), how=how
            ),
        ]

    def _map(
        self,
        finding: str,
        rows: Sequence[Row],
        lengths: Sequence[int],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        every, lengths = len(lengths), own.evenly(lengths)
        sizes = [
            [r.size(n) if n in r.by_length else None for n in lengths] for r in rows
        ]
        data = Heatmap(
            rows=[r.label for r in rows],
            columns=[f"{n:,}" for n in lengths],
            values=maps.values(sizes),
            verdicts=maps.verdicts(sizes),
            column_name=w.COLUMN,
            groups=own.family_groups(rows),
            marks=maps.marks(sizes, story),
            details=maps.details(sizes, story),
        )
        points = own.points_of(rows)
        before = [
            w.CAPTION + (w.CHRONO if any(r.bias == "chrono" for r in rows) else "")
        ]
        count = len([r for r in story.main.rows if r.size().word])
        before.append(own.left_out(story, story.main, len(rows), count))
        before.append(own.some_columns(story, len(lengths), every))
        return Figure(
            name="length",
            data=data,
            alt=maps.alt(w.ALT, w.ALT_EXTREME, finding, data),
            caption=own.caption(story, story.main, points, *before, bands=False),
            draft=own.draft(story, w.DRAFT, story.main, points),
        )

    def _dots(
        self,
        finding: str,
        rows: Sequence[Row],
        lengths: Sequence[int],
        w: ModuleType,
        story: Story,
    ) -> Figure:
        row, every, lengths = rows[0], len(lengths), own.evenly(lengths)
        spreads = [row.size(n).spread for n in lengths]
        banded = any(s.seeds > 1 for s in spreads)
        marks = Marks(
            label=row.label,
            key=row.key,
            values=[s.mean for s in spreads],
            low=[s.lowest for s in spreads] if banded else None,
            high=[s.highest for s in spreads] if banded else None,
        )
        data = Dots(
            rows=[f"T = {n:,}" for n in lengths],
            marks=[marks],
            x_label=w.X_DOTS,
            scale="left",
            row_name=w.ROW_DOTS,
        )
        points = own.points_of(rows)
        return Figure(
            name="length",
            data=data,
            alt=inline.plain(finding),
            caption=own.caption(
                story,
                story.main,
                points,
                capital(w.X_DOTS) + ".",
                own.some_columns(story, len(lengths), every),
            ),
            draft=own.draft(story, w.DRAFT, story.main, points),
        )

    def _finding(self, rows: Sequence[Row], w: ModuleType, story: Story) -> str:
        names = story.words("names")
        several = [r for r in rows if len(r.lengths) > 1]
        if not several:
            return say(w.STEADY, **_range(rows))
        moved = [r for r in several if _finite(r) and abs(_span(r)) > LITTLE]
        dead = [r for r in several if r.size().word == "dead"]
        if not moved:
            if dead:
                listed = _values(dead[0], w)
                return say(w.DEAD, name=said.name(dead[0], names), values=listed)
            if not any(_finite(r) for r in several):
                return w.NONE_FINITE
            return say(w.STEADY, **_range(several))
        plain = plain_row(moved)
        row = plain or max(moved, key=lambda r: abs(r.size().ln))
        steady = [r for r in several if _finite(r) and abs(_span(r)) <= LITTLE]
        return _course(row, w, names) + _held(steady, w)


def _finite(row: Row) -> bool:
    return all(math.isfinite(row.size(n).ln) for n in row.lengths)


def _span(row: Row) -> float:
    sizes = [row.size(n).ln for n in row.lengths]
    return max(sizes) - min(sizes)


def _range(rows: Sequence[Row]) -> dict[str, str]:
    lengths = sorted({n for r in rows for n in r.lengths})
    sizes = [r.size(n).ln for r in rows for n in r.lengths]
    finite = [s for s in sizes if math.isfinite(s)] or [math.nan]
    return {
        "low": f"{lengths[0]:,}",
        "high": f"{lengths[-1]:,}",
        "least": numbers.left(min(finite)),
        "most": numbers.left(max(finite)),
    }


def _values(row: Row, w: ModuleType) -> str:
    lengths = row.lengths
    if len(lengths) > 4:
        lengths = (lengths[0], lengths[len(lengths) // 2], lengths[-1])
    return ", ".join(
        say(
            w.VALUE if i == 0 else w.VALUE_NEXT,
            left=numbers.left(row.size(n).ln),
            length=f"{n:,}",
        )
        for i, n in enumerate(lengths)
    )


def _course(row: Row, w: ModuleType, names: ModuleType) -> str:
    """How the row's powers of ten grow with the length."""
    first, last = row.lengths[0], row.lengths[-1]
    start, end = row.size(first).ln, row.size(last).ln
    name, values = said.name(row, names), _values(row, w)
    if start * end <= 0 or abs(start) < 0.1:
        return say(w.ODD, name=name, values=values)
    factor, ratio = last / first, end / start
    if abs(ratio / factor - 1) < SAME_RATE:
        step = row.lengths[1] / row.lengths[0]
        return say(
            w.MULTIPLIES,
            factor=f"{step:g}" if len(row.lengths) > 2 else f"{factor:g}",
            what=w.ZEROS if end < 0 else w.DIGITS,
            name=name,
            values=values,
        )
    constant = numbers.left(start * factor)
    template = w.FLATTENS if ratio < factor else w.STEEPENS
    return say(template, name=name, values=values, constant=constant)


def _held(rows: Sequence[Row], w: ModuleType) -> str:
    if not rows:
        return ""
    last = rows[0].lengths[-1]
    values = ", ".join(numbers.left(r.size().ln) for r in rows[:4])
    shown = numbers.listed([r.label for r in rows[:4]])
    if len(rows) > 4:
        shown = f"{len(rows)} networks"
        values = numbers.left(min(r.size().ln for r in rows)) + " and more"
    change = w.CHANGE_ONE if len(rows) == 1 else w.CHANGE_MANY
    values = f"{values} after {last:,} steps"
    return say(w.HELD, Names=capital(shown), change=change, values=values)
