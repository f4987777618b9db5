"""What does the cell state change? Gates apart, blocks, conveyor and detours, cuts."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
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
from gradlab.report.sections import _control, _cuts, _passes, _roads
from gradlab.report.sections import _own as own
from gradlab.report.story import Row
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

FIGURES = (
    ("control", _control.block, 5),
    ("conveyor", _roads.figure, 3),
    ("cuts", _cuts.figure, 2),
    ("passes", _passes.figure, 3),
)
"""Place of the claims, what draws, and how many claims at most."""


class CellState(own.OwnSection):
    """The control, the conveyor below the blocks, the cuts, the passes."""

    name = "cell_state"
    order = 3
    question = "What does the cell state change?"
    needs = ("spectral_norm", "growth_rate")

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Those figures of which something was measured, each with its claims."""
        w, finding = self.words(story), self.claims(story)
        blocks: list[Block] = []
        rows: list[Row] = []
        for place, draw, most in FIGURES:
            claims = [s.text for s in choice.best(story, place, most)]
            drawn = draw(" ".join(claims), story, w)
            if drawn is None:
                continue
            more = " ".join(text for text in claims if text not in finding)
            told: list[Block] = [Prose(more)] if more else []
            told += [drawn[0], HowToRead(w.HOW[place])]
            blocks += [Details(w.PASSES, told)] if place == "passes" else told
            rows += drawn[1]
        if not blocks:
            return Missing(w.MISSING)
        folded = [
            *_formulas(_roads.several(story), w),
            Command(own.command(story, rows), w.COMMAND_NOTE),
            References(("hochreiter1997", "gers2000", "tallec2018", "kanuparthi2019")),
        ]
        made = Details(story.words("common").HOW_MADE, folded, at_end=True)
        return [Finding(finding), *blocks, Limits(w.LIMITS), made]


def _formulas(several: bool, w: ModuleType) -> list[Block]:
    """What is split and cut, with c where there is one, else with h."""
    if several:
        spoken = say(w.SPOKEN, state="c", gate="forget")
        return [Formula(w.FORMULA, spoken), Formula(w.CUTS_FORMULA, w.CUTS_SPOKEN)]
    return [Formula(w.FORMULA_KEEP, say(w.SPOKEN, state="h", gate="keep"))]
