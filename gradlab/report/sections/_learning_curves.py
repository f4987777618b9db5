"""Losses along training, a panel a task."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report import numbers
from gradlab.report.evidence.learning import Group, at_reference, chance, losses
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel
from gradlab.report.sections import _learning as shared
from gradlab.report.top import learning_map
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

PANELS, STOPS = 3, 60
TALL = 0.8
"""Height of panels above others, in usual heights."""


def part(story: Story, found: Sequence[Group], w: ModuleType) -> shared.Part | None:
    """The median loss of each network with the level of chance."""
    drawn = [g for g in at_reference(found) if losses(g) is not None]
    if not drawn:
        return None
    tasks = learning_map.shown_tasks(drawn, PANELS)
    by_task = {task: shared.curve_groups(drawn, task) for task in tasks}
    panels = [Panel(task, _curves(by_task[task], task, w)) for task in tasks]
    levels = shared.chance_words(tasks, w)
    shown = [group for some in by_task.values() for group in some]
    texts = [
        w.CURVES_CAPTION,
        say(w.CHANCE_CAPTION, levels=levels) if levels else "",
        w.CURVES_NONE if any(_beyond(group).any() for group in shown) else "",
        shared.trained_with(story, found, shown, w),
    ]
    alt = say(w.CURVES_ALT, curves="; ".join(_end(group, w) for group in shown))
    return shared.Part(panels, texts, alt, w.CURVES_DRAFT)


def _curves(found: Sequence[Group], task: str, w: ModuleType) -> Curves:
    series, level = [_series(group) for group in found], chance(task)
    if not math.isnan(level):
        ends = [1.0, max(s.x[-1] for s in series)]
        series.append(Series(w.CHANCE, "chance", ends, [level, level]))
    return Curves(
        series,
        w.CURVES_X,
        w.CURVES_Y,
        scale="linear",
        x_log2=True,
        x_name=w.CURVES_X,
        tall=TALL,
    )


def _series(group: Group) -> Series:
    """The median loss at a few updates, evenly spaced on the log axis."""
    x, y = losses(group) or (np.ones(1), np.ones(1))
    y = np.where(_beyond(group), math.nan, y)
    places = np.unique(np.geomspace(1, len(x), STOPS).round().astype(int)) - 1
    return Series(
        shared.short(group),
        group.network.row.key,
        [float(v) for v in x[places]],
        [float(v) for v in y[places]],
    )


def _beyond(group: Group) -> np.ndarray:
    """Where the loss is more than ten times the first, or not finite."""
    _, y = losses(group) or (np.ones(1), np.ones(1))
    return ~(y <= 10 * abs(y[0]))


def _end(group: Group, w: ModuleType) -> str:
    last = float((losses(group) or (np.ones(1), np.ones(1)))[1][-1])
    loss = numbers.significant(last)
    return say(w.CURVES_END, name=group.network.label, task=group.task, loss=loss)
