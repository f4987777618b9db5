"""The first screen of a report of training alone: its table and its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gradlab.report import numbers
from gradlab.report.blocks import Cell, Column, Picture, Table
from gradlab.report.evidence.learning import (
    Group,
    at_reference,
    groups,
    tasks,
)
from gradlab.report.evidence.learning_values import Updates
from gradlab.report.figures.counts import Counts
from gradlab.report.story.labels import sort_key
from gradlab.report.top.learning_map import counts, how_trained
from gradlab.report.words import say


if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story

ROWS, TASKS = 24, 4
BEFORE = 2
"""Last columns of the table, which do not count runs."""


def rows(found: Sequence[Group]) -> list[list[Group]]:
    """Return groups by network, as networks stand in the tables."""
    by_network: dict[str, list[Group]] = {}
    for group in sorted(found, key=lambda g: sort_key(g.network.row.params, ())):
        by_network.setdefault(group.network.label, []).append(group)
    return list(by_network.values())


def shown_tasks(found: Sequence[Group]) -> list[str]:
    """Return the tasks of a table, of many the first ones and the last."""
    every = tasks(found)
    return every if len(every) <= TASKS else [*every[: TASKS - 1], every[-1]]


def counted(group: Group | None) -> str:
    """``7 / 8``, with those that fell back behind an arrow."""
    if group is None:
        return numbers.MISSING
    later = f" ↘{group.fell_back}" if group.fell_back else ""
    return f"{group.count} / {group.total}{later}"


def table(story: Story) -> Table | None:
    """Networks with their counts by task, and of the last task what came before."""
    settings = groups(story)
    found = at_reference(settings)
    if not found:
        return None
    w, top = story.words("learning"), story.words("top")
    shown, last = shown_tasks(found), tasks(found)[-1]
    columns = [Column(top.NETWORK)]
    columns += [Column(task, "right", w.TABLE_SUCCEEDED) for task in shown]
    columns += [
        Column(w.TABLE_UPDATES, "right", w.TABLE_UNTIL),
        Column(w.TABLE_GRADIENT, "right", w.TABLE_BEFORE),
    ]
    every = rows(found)
    body = [_row(own, shown, last) for own in every[:ROWS]]
    families = [own[0].network.row.family for own in every[:ROWS]]
    notes = [say(w.NOTE_UPDATES, task=last), say(w.NOTE_GRADIENT, task=last)]
    notes += [w.NOTE_FELL_BACK] if any(g.fell_back for g in found) else []
    if len(found) < len(settings):
        notes.append(say(w.NOTE_SETTING, how=how_trained(story, found, w)))
    if len(every) > ROWS:
        notes.append(say(w.NOTE_SHOWN, shown=ROWS, count=len(every)))
    return Table(
        columns=columns,
        rows=body,
        caption=w.TABLE_CAPTION,
        name="learning-table",
        groups=tuple(
            i for i in range(1, len(families)) if families[i] != families[i - 1]
        ),
        notes=notes,
    )


def _row(own: Sequence[Group], shown: Sequence[str], last: str) -> list[Cell]:
    known = {g.task: g for g in own}
    cells = [Cell(own[0].network.label)]
    for task in shown:
        group = known.get(task)
        cells.append(Cell(counted(group), group.share if group else -1.0))
    return [*cells, *_before(known.get(last))]


def _before(group: Group | None) -> list[Cell]:
    """Updates until success, and the gradient before training."""
    if group is None:
        return [Cell(numbers.MISSING, math.inf), Cell(numbers.MISSING, -1e300)]
    never = math.isnan(group.first)
    updates = numbers.MISSING if never else Updates(group.first).say("en")
    ln = group.ln_gradient
    return [
        Cell(updates, 1e300 if never else group.first),
        Cell(numbers.left(ln), ln if math.isfinite(ln) else -1e300),
    ]


def picture(story: Story) -> Picture | None:
    """The map of counts, of the largest epsilon."""
    found = at_reference(groups(story))
    if not found:
        return None
    w: ModuleType = story.words("learning")
    data = counts(story, found, w)[0].data
    if not isinstance(data, Counts) or len(data.columns) * len(data.rows) < 2:
        return None
    cells = "; ".join(
        say(
            w.COUNTS_CELL,
            name=g.network.label,
            task=g.task,
            count=g.count,
            total=g.total,
        )
        for g in found[:ROWS]
    )
    alt = say(w.PICTURE_ALT, cells=cells)
    return Picture(replace(data, blocks=()), alt, w.PICTURE)
