"""What to try, with effects measured in this sweep; what this report does not say."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import numbers
from gradlab.report.blocks import Block, Cell, Finding, Limits, Missing, Points, Table
from gradlab.report.evidence.changes import Change, best, changes
from gradlab.report.evidence.networks import Network, Networks
from gradlab.report.evidence.values import Settings, Without
from gradlab.report.sections import _own as own
from gradlab.report.story import slices
from gradlab.report.top import banner
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 9


class Remedies(own.OwnSection):
    """A table of changes with their measured effects, and what this does not show."""

    name = "remedies"
    order = 11
    question = "What to try, and what does this report not say?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Table of remedies where any was measured; the limits always."""
        w, finding = self.words(story), self.claims(story)
        blocks: list[Block] = [Finding(finding)] if finding else []
        networks = Networks.of(story)
        found = [c for group in changes(networks) for c in best(group)]
        if found:
            length = f"{networks.length:,}"
            columns = [say(text, length=length) for text in w.COLUMNS]
            kept = sorted(found, key=lambda c: c.rank)[:MOST]
            rows = [_row(c, story) for c in found if c in kept]
            blocks.append(Table(columns, rows, w.CAPTION, name="remedies"))
        blocks.append(Points([*_untried(story, w), *_fixed(story, w)]))
        blocks.append(Limits(w.LIMITS))
        return blocks


def _row(change: Change, story: Story) -> list[Cell]:
    before, after = change.before, change.after
    word = before.row.size().word
    settings = [Settings(n, change.axes).say(story.language) for n in (before, after)]
    ranks = [numbers.directions(n.directions) for n in (before, after)]
    return [
        Cell(Without(before, change.axes).say(story.language)),
        Cell(story.words("names").VERDICTS[word], verdict=word),
        Cell(" → ".join(settings)),
        Cell(" → ".join(_reach(n) for n in (before, after)), after.reach),
        Cell(
            " → ".join(numbers.left(n.row.size().ln) for n in (before, after)),
            after.ln_left,
        ),
        Cell(" → ".join(ranks), after.directions),
        Cell(f"`{own.network_command(story, after.row)}`"),
    ]


def _reach(network: Network) -> str:
    return numbers.steps(network.reach, network.length)


def _untried(story: Story, w: ModuleType) -> list[str]:
    """What this sweep did not vary."""
    gated = any(p.params.get("forget_bias") is not None for p in story.done)
    options = [] if gated else [w.GATES]
    if gated and not story.varying("forget_bias"):
        options.append(w.BIAS)
    options += [] if story.varying("gain") else [w.GAIN]
    options += [] if story.varying("init") else [w.INIT]
    return [say(w.UNTRIED, options=", ".join(options))] if options else []


def _networks(story: Story, w: ModuleType) -> str:
    """What the networks were: of a file, or as they are drawn."""
    if story.weights:
        return say(w.WEIGHTS_OF_FILE, file=story.weights)
    return str(w.UNTRAINED)


def _fixed(story: Story, w: ModuleType) -> list[str]:
    """What holds for every sweep, fitted to what was true."""
    inputs = [str(v) for v in slices.values(story.done, "input")]
    top = story.words("top")
    fed = numbers.listed([banner.fed(v, top) for v in inputs], top.EITHER)
    return [
        _networks(story, w),
        say(w.FED, fed=fed),
        w.NECESSARY,
        w.BEYOND_LENGTH,
        w.CLIPPING,
    ]
