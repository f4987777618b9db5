"""Where number formats would lose the gradient: claims and a table."""

from __future__ import annotations

import math
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import choice, numbers
from gradlab.report.blocks import Block, Cell, Column, Prose, Table
from gradlab.report.claims.base import Networks
from gradlab.report.evidence.formats import FORMATS, lag, told
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


def formats(w: ModuleType, story: Story) -> list[Block]:
    """How many networks would leave which format, and where; nothing if not measured.

    Networks whose product is an exact zero or not finite anyway are left out.
    """
    found = tuple(n.row for n in told(Networks.of(story)))
    if not found:
        return []
    shown = rank.sample(found, SHOWN)
    part = story.having("finite_precision")
    some = own.left_out(story, part, len(shown), len(found))
    table = Table(
        columns=[Column(w.FORMAT_NETWORK), *(Column(f, "right") for f in FORMATS)],
        rows=[[Cell(r.label), *(_cell(r, form, w) for form in FORMATS)] for r in shown],
        caption=w.FORMAT_CAPTION,
        name="formats",
        groups=own.family_groups(shown),
        notes=[w.FORMAT_RULE, *([some] if some else [])],
    )
    claims = (said.text for said in choice.best(story, "formats"))
    return [Prose(" ".join(claims)), table]


def _cell(row: Row, form: str, w: ModuleType) -> Cell:
    under, over = lag(row, form), lag(row, form, "overflow")
    if over < under:
        steps = numbers.steps(over, row.length)
        return Cell(say(w.FORMAT_OVER, steps=steps), over)
    order = under if math.isfinite(under) else 2.0 * row.length
    return Cell(numbers.steps(under, row.length), order)
