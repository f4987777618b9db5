"""What the figures of training share: names, tasks, settings in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab import catalog
from gradlab.errors import GradlabError
from gradlab.report import numbers
from gradlab.report.evidence.learning import (
    SETTINGS,
    Group,
    at_reference,
    chance,
    runs,
    tasks,
)
from gradlab.report.evidence.learning_values import Epsilon
from gradlab.report.sections import _own as own
from gradlab.report.story import labels
from gradlab.report.top.learning_map import (
    lags_alone,
    name,
)
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


def short(group: Group) -> str:
    """The same for a curve's label."""
    row = group.network.row
    extra = tuple(axis for axis in row.extra if axis not in SETTINGS)
    return labels.row_short(row.params, extra, row.names)


def how_trained(story: Story, found: Sequence[Group], w: ModuleType) -> str:
    """``Adam, learning rate 0.01, epsilon 10^{-8}, 8 seeds``."""
    points = points_of(found)
    optimizers = dict.fromkeys(str(p.params.get("optimizer")) for p in points)
    rates = sorted({float(p.params["learning_rate"]) for p in points})
    epsilons = {r.epsilon for r in runs(found) if r.epsilon is not None}
    said = [Epsilon(e).say(story.language) for e in sorted(epsilons, reverse=True)]
    return say(
        w.HOW_TRAINED,
        optimizer=" / ".join(w.OPTIMIZERS.get(name, name) for name in optimizers),
        rate=" / ".join(f"{rate:g}" for rate in rates),
        epsilon=say(w.HOW_EPSILON, epsilon=" / ".join(said)) if said else "",
        seeds=story.seeds_text(points),
    )


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


def points_of(found: Sequence[Group]) -> list[Any]:
    """The points of all runs."""
    return [run.point for run in runs(found)]


def some(shown: int, found: Sequence[Group], w: ModuleType, language: str) -> str:
    """How many of the networks are drawn, where that is not all."""
    count = len({name(g, language) for g in found})
    return say(w.SOME, shown=shown, count=count) if shown < count else ""
