"""Does it learn? Runs that succeed, and the gradient of each before training."""

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
from gradlab.report.evidence.learning import Group, groups
from gradlab.report.figures.panels import Panels
from gradlab.report.sections import _learning as shared
from gradlab.report.sections import _learning_curves as curves
from gradlab.report.sections import _learning_flow as flow
from gradlab.report.sections import _learning_runs as runs
from gradlab.report.sections import _own as own


if TYPE_CHECKING:
    from gradlab.report.story import Story

PLACES = {"gradient": 3, "flow": 2, "curves": 1}
"""Places of claims about runs and about training, and how many claims at most."""


class Learning(own.OwnSection):
    """Counts of success and every run's gradient; losses and gradients in training."""

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
        made: list[Block] = [
            Formula(w.FORMULA, w.SPOKEN),
            Command(own.command_of(story, story.training_grids), w.COMMAND_NOTE),
            References(("hochreiter1997", "kingma2015")),
        ]
        return [
            Finding(finding),
            Prose(shared.explained(found, w)),
            *_runs(finding, story, found, w),
            *_training(finding, story, found, w),
            Limits(w.LIMITS),
            Details(story.words("common").HOW_MADE, made, at_end=True),
        ]


def _runs(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> list[Block]:
    """What parts the runs, and every one of them."""
    claims = _claims(story, "gradient")
    figures = runs.figures(" ".join(claims), story, found, w)
    how = [HowToRead(w.HOW["runs"])] if figures else []
    return [*_prose(claims, finding), *figures, *how]


def _training(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> list[Block]:
    """Losses above the gradient's flow, a row of panels each."""
    claims = [text for place in ("flow", "curves") for text in _claims(story, place)]
    parts = {
        "curves": curves.part(story, found, w),
        "flow": flow.part(story, found, w),
    }
    known = {place: part for place, part in parts.items() if part is not None}
    if not known:
        return _prose(claims, finding)
    lines = [len(part.panels) for part in known.values()]
    both = shared.joined([*known.values()])
    data = Panels(both.panels, columns=max(lines), lines=lines)
    return [
        *_prose(claims, finding),
        shared.figure("learning-training", data, " ".join(claims), both, w),
        HowToRead(" ".join(w.HOW[place] for place in known)),
    ]


def _claims(story: Story, place: str) -> list[str]:
    return [claim.text for claim in choice.best(story, place, PLACES[place])]


def _prose(claims: Sequence[str], finding: str) -> list[Block]:
    """Claims as a paragraph, less those of the finding."""
    text = " ".join(text for text in claims if text not in finding)
    return [Prose(text)] if text else []
