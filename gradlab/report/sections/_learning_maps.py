"""Runs that succeeded, by network and task, beside the gradient before training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline
from gradlab.report.blocks import Block, Figure, HowToRead, Prose
from gradlab.report.evidence.learning import Group, runs
from gradlab.report.figures.counts import Counts
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _learning as shared
from gradlab.report.top import learning_map
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


def blocks(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> list[Block]:
    """What is learned, the maps, and how to read them."""
    told = Prose(shared.explained(found, w))
    if len(found) < 2:  # the finding says it all
        return [told]
    return [told, _figure(finding, story, found, w), HowToRead(w.HOW["counts"])]


def _gradients(story: Story, found: Sequence[Group], w: ModuleType) -> Heatmap | None:
    """Gradients before training: the same whatever the setting."""
    language = story.language
    tasks, rows = learning_map.shown_tasks(found), learning_map.names(found, language)
    heads, column_name = learning_map.columns(tasks, w)
    known = {(shared.name(g, language), g.task): g.ln_gradient for g in found}
    values = [[known.get((row, task), math.nan) for task in tasks] for row in rows]
    if all(math.isnan(value) for line in values for value in line):
        return None
    return Heatmap(
        rows=rows,
        columns=heads,
        values=values,
        verdicts=[["dead" if v == -math.inf else "" for v in line] for line in values],
        column_name=column_name,
        groups=learning_map.families(found, rows, language),
        quantity=w.FIRST_SIZE,
    )


def _figure(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> Figure:
    panels, gradients = (
        learning_map.counts(story, found, w),
        _gradients(story, found, w),
    )
    if gradients is not None:
        panels.append(Panel(w.FIRST, gradients))
    wide = [len(p.data.columns) for p in panels if isinstance(p.data, Counts)]
    language = story.language
    cells = "; ".join(
        say(
            w.COUNTS_CELL,
            name=g.network.label,
            task=g.task,
            count=g.count,
            total=g.total,
        )
        for g in found[: learning_map.ROWS]
    )
    how = learning_map.how_trained(story, found, w)
    texts = [
        say(w.COUNTS_CAPTION, updates=shared.updates(found), how=how),
        w.FELL_BACK if any(run.fell_back for run in runs(found)) else "",
        w.FIRST_CAPTION if gradients is not None else "",
        shared.some(len(learning_map.names(found, language)), found, w, language),
    ]
    return Figure(
        name="learning",
        data=Panels(panels, columns=1 if max(wide) > 8 else 2, share_y=False),
        alt=say(
            w.ALT,
            finding=inline.plain(finding),
            what=say(w.COUNTS_ALT, cells=cells),
        ),
        caption=" ".join(text for text in texts if text),
        draft=w.COUNTS_DRAFT,
    )
