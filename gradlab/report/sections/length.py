"""Does a longer sequence make it worse? The line-up by length."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from gradlab.report.story import Story


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
        rows, drawn = rank.sample(measured), own.evenly(lengths)
        finding, alone = self.claims(story), len(rows) == 1
        data = _dots(rows[0], drawn, w) if alone else _map(rows, drawn, w, story)
        text = capital(w.X_DOTS) + "." if alone else w.CAPTION
        if any(r.bias == "chrono" for r in rows):
            text += w.CHRONO
        points = own.points_of(rows)
        figure = Figure(
            name="length",
            data=data,
            alt=maps.alt(w.ALT, w.ALT_EXTREME, finding, data),
            caption=own.caption(
                story,
                story.main,
                points,
                text,
                own.left_out(story, story.main, len(rows), len(measured)),
                own.some_columns(story, len(drawn), len(lengths)),
                bands=alone,
            ),
            draft=own.draft(story, w.DRAFT, story.main, points),
        )
        how, formula = w.HOW_DOTS if alone else w.HOW, (w.FORMULA, w.SPOKEN)
        return [
            Finding(finding),
            figure,
            *own.tail(w, story, rows, ("bengio1994",), formula=formula, how=how),
        ]


def _map(
    rows: Sequence[Row], lengths: Sequence[int], w: ModuleType, story: Story
) -> Heatmap:
    sizes = [[r.size(n) if n in r.by_length else None for n in lengths] for r in rows]
    return Heatmap(
        rows=[r.label for r in rows],
        columns=[f"{n:,}" for n in lengths],
        values=maps.values(sizes),
        verdicts=maps.verdicts(sizes),
        column_name=w.COLUMN,
        groups=own.family_groups(rows),
        marks=maps.marks(sizes, story),
        details=maps.details(sizes, story),
    )


def _dots(row: Row, lengths: Sequence[int], w: ModuleType) -> Dots:
    return Dots(
        rows=[f"T = {n:,}" for n in lengths],
        marks=[maps.dots(row.label, row.key, [row.size(n) for n in lengths])],
        x_label=w.X_DOTS,
        scale="left",
        row_name=w.ROW_DOTS,
    )
