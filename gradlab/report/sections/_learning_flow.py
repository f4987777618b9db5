"""What is left of the gradient by updates and lag, of a few networks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from gradlab import statistics
from gradlab.report import inline, numbers
from gradlab.report.evidence.learning import (
    Group,
    apart,
    at_reference,
    left_along,
    tasks,
)
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel
from gradlab.report.sections import _learning as shared
from gradlab.report.sections import _own as own
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 3
ROWS, COLUMNS = 5, 5
"""Updates and lags that a panel has room for."""


def part(story: Story, found: Sequence[Group], w: ModuleType) -> shared.Part | None:
    """Panels of the worst network, the best, and one between, on one task."""
    chosen = _chosen(at_reference(found))
    if not chosen:
        return None
    panels = [
        Panel(
            say(
                w.FLOW_TITLE,
                name=shared.name(g, story.language),
                count=g.count,
                total=g.total,
            ),
            _map(g, story, w),
        )
        for g in chosen
    ]
    texts = [
        say(w.FLOW_CAPTION, task=chosen[0].task),
        shared.trained_with(story, found, chosen, w),
    ]
    alt = say(w.FLOW_ALT, panels="; ".join(_change(g, w) for g in chosen))
    return shared.Part(panels, texts, alt, w.FLOW_DRAFT)


def _chosen(found: Sequence[Group]) -> list[Group]:
    """On the task on which networks differ most, or the last one, in table order."""
    pair = apart(found)
    task = pair[0].task if pair else (tasks(found) or [""])[-1]
    own_groups = [g for g in found if g.task == task and _drawable(g)]
    ends = [g for g in own_groups if pair and any(g is end for end in pair)]
    between = [g for g in own_groups if not any(g is end for end in ends)]
    partly = [g for g in between if 0 < g.count < g.total] or between
    ends += own.evenly(partly, max(2, MOST))[: MOST - len(ends)]
    return [g for g in own_groups if any(g is one for one in ends)]


def _drawable(group: Group) -> bool:
    along = left_along(group)
    return (
        along is not None
        and len(along[0]) > 1
        and along[1][-1] > 0
        and len(along[1]) > 2
    )


def _cells(group: Group) -> tuple[list[int], list[int], np.ndarray]:
    """Updates, lags and values, thinned."""
    updates, lags, ln = left_along(group) or ([], [], np.zeros((0, 0)))
    rows = own.evenly(range(len(updates)), ROWS)
    columns = own.evenly([i for i, lag in enumerate(lags) if lag > 0], COLUMNS)
    kept = ln[np.ix_(rows, columns)]
    return [updates[i] for i in rows], [lags[i] for i in columns], kept


def _map(group: Group, story: Story, w: ModuleType) -> Heatmap:
    updates, lags, ln = _cells(group)
    return Heatmap(
        rows=[f"{n:,}" if n else w.FLOW_START for n in updates],
        columns=[f"{lag:,}" for lag in lags],
        values=ln.tolist(),
        verdicts=[[_word(v, story.thresholds) for v in line] for line in ln.tolist()],
        row_name=w.FLOW_ROWS,
        column_name=w.FLOW_COLUMNS,
    )


def _word(ln: float, thresholds: Sequence[float]) -> str:
    if ln == -math.inf:
        return "dead"
    if not math.isfinite(ln):
        return "not_finite"
    return str(statistics.verdict(ln, ln, ln, tuple(thresholds)))


def _change(group: Group, w: ModuleType) -> str:
    _, lags, ln = _cells(group)
    return say(
        w.FLOW_PANEL,
        name=group.network.label,
        lag=lags[-1],
        before=inline.plain(numbers.left(float(ln[0, -1]))),
        after=inline.plain(numbers.left(float(ln[-1, -1]))),
    )
