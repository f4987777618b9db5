"""Does it learn? Runs that succeed, beside the gradient each had before its first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradlab.report import choice
from gradlab.report.blocks import (
    Block,
    Command,
    Details,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Missing,
    Prose,
    References,
)
from gradlab.report.evidence.learning import groups
from gradlab.report.sections import _learning_curves as curves
from gradlab.report.sections import _learning_dots as dots
from gradlab.report.sections import _learning_flow as flow
from gradlab.report.sections import _learning_maps as maps
from gradlab.report.sections import _own as own


if TYPE_CHECKING:
    from gradlab.report.story import Story

FIGURES = (
    ("gradient", dots.figure, 3),
    ("flow", flow.figure, 2),
    ("curves", curves.figure, 3),
)
"""Place of the claims, what draws, and how many claims at most."""


class Learning(own.OwnSection):
    """Maps of success and first gradients; every run; the flow; the losses."""

    name = "learning"
    order = 5.5
    question = "Does it learn?"
    computed = False

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Those figures of which something was measured, each with its claims."""
        w, finding = self.words(story), self.claims(story)
        found = groups(story)
        if not found:
            return Missing(w.MISSING)
        blocks: list[Block] = [Finding(finding), *maps.blocks(finding, story, found, w)]
        for place, draw, most in FIGURES:
            claims = [s.text for s in choice.best(story, place, most)]
            figure = draw(" ".join(claims), story, found, w)
            more = " ".join(text for text in claims if text not in finding)
            told: list[Block] = [Prose(more)] if more else []
            if figure is not None:
                told += [figure, HowToRead(w.HOW[place])]
            folded = place == "curves" and figure is not None
            blocks += [Details(w.CURVES, told)] if folded else told
        folded_end: list[Block] = [
            Formula(w.FORMULA, w.SPOKEN),
            Command(own.command_of(story, story.training_grids), w.COMMAND_NOTE),
            References(("hochreiter1997", "kingma2015")),
        ]
        made = Details(story.words("common").HOW_MADE, folded_end, at_end=True)
        return [*blocks, Limits(w.LIMITS), made]
