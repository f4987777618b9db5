"""What does it look like inside one sequence? All pairs of steps, T against t."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.evidence.pairs import pairs, share
from gradlab.report.figures.triangles import Triangle, Triangles
from gradlab.report.sections import _own as own
from gradlab.report.story import Row
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PANELS = 4


class Inside(own.OwnSection):
    """Up to four triangles side by side."""

    name = "inside"
    order = 9
    question = "What does it look like inside one sequence?"
    needs = ("triangle",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of up to four panels: the narrowest, the widest and between."""
        w, grids = self.words(story), story.holding("triangle")
        if not grids:
            return Missing(w.MISSING)
        part = story.cut(grids[0], own=("length",))
        found = [r for r in part.rows if pairs(r)]
        if not found:
            return Missing(w.MISSING)
        chosen = {id(r) for r in own.evenly(sorted(found, key=share), PANELS)}
        rows = [r for r in found if id(r) in chosen]
        points = own.points_of(rows, -1)
        finding, held = self.claims(story), own.held(story, part)
        shares = [
            say(w.ALT_PANEL, name=r.label, share=numbers.percent(share(r)))
            for r in rows
        ]
        texts = [
            w.CAPTION,
            own.left_out(
                story, part, len(rows), len(found), sampled=False, tabled=False
            ),
            say(story.words("common").HELD, values=held) if held else "",
        ]
        figure = Figure(
            name="inside",
            data=Triangles([_triangle(r) for r in rows]),
            alt=say(w.ALT, finding=inline.plain(finding), names=", ".join(shares)),
            caption=" ".join(filter(None, texts)),
            draft=own.draft(story, w.DRAFT, part, points),
        )
        tail = own.tail(w, story, rows, formula=(w.FORMULA, w.SPOKEN))
        return [Finding(finding), figure, *tail]


def _triangle(row: Row) -> Triangle:
    """The map of the row's first seed that has one."""
    first = pairs(row)[0]
    return Triangle(row.label, first.steps, first.lags, first.ln.tolist())
