"""What the figures of training share: names, tasks, settings in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab import catalog
from gradlab.errors import GradlabError
from gradlab.report import inline, numbers
from gradlab.report.blocks import Figure
from gradlab.report.evidence.learning import (
    SETTINGS,
    Group,
    at_reference,
    chance,
    runs,
    tasks,
)
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.story import labels
from gradlab.report.top.learning_map import (
    how_trained,
    lags_alone,
    name,
)
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


@dataclass(frozen=True)
class Part:
    """Panels of a figure with their words: caption, alt text, draft of a caption."""

    panels: Sequence[Panel]
    texts: Sequence[str]
    alt: str
    draft: str


def joined(parts: Sequence[Part]) -> Part:
    """Parts as one, each sentence of their captions once."""
    return Part(
        [panel for part in parts for panel in part.panels],
        list(dict.fromkeys(text for part in parts for text in part.texts)),
        " ".join(part.alt for part in parts),
        " ".join(part.draft for part in parts),
    )


def figure(name: str, data: Panels, finding: str, part: Part, w: ModuleType) -> Figure:
    """A figure of a part's panels with its words."""
    return Figure(
        name=name,
        data=data,
        alt=say(w.ALT, finding=inline.plain(finding), what=part.alt),
        caption=" ".join(filter(None, part.texts)),
        takeaway=finding,
        draft=part.draft,
    )


def short(group: Group) -> str:
    """The same for a curve's label."""
    row = group.network.row
    extra = tuple(axis for axis in row.extra if axis not in SETTINGS)
    return labels.row_short(row.params, extra, row.names)


def updates(found: Sequence[Group]) -> str:
    """How many updates there were, at most."""
    counts = {int(r.point.params.get("updates") or 0) for r in runs(found)}
    return f"{max(counts):,}"


def explained(found: Sequence[Group], w: ModuleType) -> str:
    """What is to be learned, and what success is."""
    kinds = list(dict.fromkeys(task.partition(":")[0] for task in tasks(found)))
    texts = [w.TASKS[kind] for kind in kinds if kind in w.TASKS]
    own_bound = any(r.point.params.get("success") is not None for r in runs(found))
    rule = w.RULES.get(kinds[0]) if len(kinds) == 1 and not own_bound else None
    texts.append(say(w.SUCCESS, rule=rule) if rule else w.SUCCESS_OWN)
    return " ".join(texts)


def chance_words(found: Sequence[str], w: ModuleType) -> str:
    """``0.69 = ln 2``; by task where levels differ; empty where none is known."""
    levels = {task: words for task in found if (words := _chance(task, w))}
    if len(levels) == len(found) and len(set(levels.values())) == 1:
        return next(iter(levels.values()))
    each = (say(w.CHANCE_ON, task=t, chance=words) for t, words in levels.items())
    return ", ".join(each)


def _chance(task: str, w: ModuleType) -> str:
    level = chance(task)
    if math.isnan(level):
        return ""
    shown, formula = numbers.significant(level), _formula(task)
    return say(w.CHANCE_IS, chance=shown, formula=formula) if formula else shown


def _formula(task: str) -> str:
    """The formula of chance where a kind of task has but one."""
    try:
        leaf: Any = catalog.get("tasks", task.partition(":")[0])
    except GradlabError:
        return ""
    first, _, others = str(leaf.chance_formula).partition(";")
    return first if not others or lags_alone([task]) else ""


def curve_groups(found: Sequence[Group], task: str, most: int = 7) -> list[Group]:
    """Groups of a task at the reference setting, at most so many."""
    return own.evenly([g for g in at_reference(found) if g.task == task], most)


def trained_with(
    story: Story, found: Sequence[Group], shown: Sequence[Group], w: ModuleType
) -> str:
    """How the networks of a figure were trained, where there are other ways too."""
    if len({group.setting for group in found}) < 2:
        return ""
    return say(w.TRAINED_WITH, how=how_trained(story, shown, w))


def some(shown: int, found: Sequence[Group], w: ModuleType, language: str) -> str:
    """How many of the networks are drawn, where that is not all."""
    count = len({name(g, language) for g in found})
    return say(w.SOME, shown=shown, count=count) if shown < count else ""
