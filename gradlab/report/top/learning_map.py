"""The map of runs that succeeded: networks by tasks, for top and section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report.evidence.learning import SETTINGS, Group, runs, tasks
from gradlab.report.evidence.learning_values import Epsilon
from gradlab.report.figures.base import thinned
from gradlab.report.figures.counts import Counts, Tally
from gradlab.report.figures.panels import Panel
from gradlab.report.story import labels
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

BLOCKS, MOST = 4, 16
"""Settings with columns of their own, and how many columns they have together."""
ROWS, COLUMNS = 24, 8
"""Networks and tasks that a map has room for."""


def name(group: Group, language: str) -> str:
    """A network's name without how it was trained."""
    return group.network.name(language, SETTINGS)


def names(found: Sequence[Group], language: str) -> list[str]:
    """Names of networks, each once, at most so many as there is room for."""
    networks = {id(g.network.row): g for g in found}.values()
    rows = sorted(networks, key=lambda g: labels.sort_key(g.network.row.params, ()))
    every = list(dict.fromkeys(name(g, language) for g in rows))
    return [every[i] for i in thinned(len(every), ROWS)]


def shown_tasks(found: Sequence[Group], most: int = COLUMNS) -> list[str]:
    """The tasks, at most so many, both ends among them."""
    every = tasks(found)
    return [every[i] for i in thinned(len(every), most)]


def lags_alone(found: Sequence[str]) -> bool:
    """Whether all tasks are lags with the loss at the end, which are numbers."""
    return all(spec.removeprefix("lag:").isdigit() for spec in found)


def columns(found: Sequence[str], w: ModuleType) -> tuple[list[str], str]:
    """How tasks are called in a map, and what they are."""
    if lags_alone(found):
        return [f"{int(spec[4:]):,}" for spec in found], w.LAG
    return list(found), w.TASK


def families(found: Sequence[Group], rows: Sequence[str], language: str) -> list[int]:
    """Indices of rows that start another family of cells."""
    kinds = {name(g, language): g.network.row.family for g in found}
    return [i for i in range(1, len(rows)) if kinds[rows[i]] != kinds[rows[i - 1]]]


def how_trained(story: Story, found: Sequence[Group], w: ModuleType) -> str:
    """``Adam, learning rate 0.01, epsilon 10^{-8}, 8 seeds``."""
    points = [run.point for run in runs(found)]
    optimizers = dict.fromkeys(str(p.params.get("optimizer")) for p in points)
    rates = sorted({float(p.params["learning_rate"]) for p in points})
    epsilons = {r.epsilon for r in runs(found) if r.epsilon is not None}
    shown = [Epsilon(e).say(story.language) for e in sorted(epsilons, reverse=True)]
    return say(
        w.HOW_TRAINED,
        optimizer=" / ".join(w.OPTIMIZERS.get(name, name) for name in optimizers),
        rate=" / ".join(f"{rate:g}" for rate in rates),
        epsilon=say(w.HOW_EPSILON, epsilon=" / ".join(shown)) if shown else "",
        seeds=story.seeds_text(points),
    )


def counts(story: Story, found: Sequence[Group], w: ModuleType) -> list[Panel]:
    """Maps of counts: a block of columns a setting, a map an epsilon where both vary.

    Of one learning rate each epsilon has a block of columns.
    """
    rates = sorted({g.setting[0] for g in found})[:BLOCKS]
    epsilons = {g.setting[1] for g in found}
    down = sorted(epsilons, key=lambda e: -(e or 0.0))[:BLOCKS]
    shown = {e: Epsilon(e).say(story.language) for e in down if e is not None}
    if len(rates) == 1:
        titles = [say(w.BLOCK_EPSILON, epsilon=shown.get(e, "0")) for e in down]
        blocks = [Block(t, (rates[0], e)) for t, e in zip(titles, down, strict=True)]
        return [Panel(w.COUNTS, _counts(story, found, blocks, w))]
    panels = []
    for epsilon in down:
        title = w.COUNTS
        if len(down) > 1 and epsilon is not None:
            title = say(w.COUNTS_EPSILON, epsilon=shown[epsilon])
        names = [say(w.BLOCK, rate=f"{rate:g}") for rate in rates]
        pairs = zip(names, rates, strict=True)
        there = {g.setting for g in found}
        every = [Block(name, (rate, epsilon)) for name, rate in pairs]
        blocks = [block for block in every if block.setting in there]
        panels.append(Panel(title, _counts(story, found, blocks, w)))
    return panels


@dataclass(frozen=True)
class Block:
    """Neighbouring columns: one setting on each task."""

    title: str
    setting: tuple[Any, ...]


def _counts(
    story: Story, found: Sequence[Group], blocks: Sequence[Block], w: ModuleType
) -> Counts:
    language, rows = story.language, names(found, story.language)
    most = max(2, MOST // len(blocks)) if blocks[1:] else COLUMNS
    by_block = {block: _tasks_of(block, found, most) for block in blocks}
    _, column_name = columns(tasks(found), w)
    known = {(name(g, language), g.setting, g.task): g for g in found}
    places = [(block.setting, task) for block, own in by_block.items() for task in own]
    return Counts(
        rows=rows,
        columns=columns([task for _, task in places], w)[0],
        cells=[[_tally(known.get((row, *place))) for place in places] for row in rows],
        column_name=column_name,
        groups=families(found, rows, language),
        blocks=[(b.title, len(own)) for b, own in by_block.items()]
        if blocks[1:]
        else (),
    )


def _tasks_of(block: Block, found: Sequence[Group], most: int) -> list[str]:
    """The tasks that some network was trained on with this setting."""
    return shown_tasks([g for g in found if g.setting == block.setting], most)


def _tally(group: Group | None) -> Tally | None:
    if group is None:
        return None
    return Tally(group.total, group.count, group.fell_back)
