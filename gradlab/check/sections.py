"""What a section must hold, given the store of one small sweep."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from gradlab.check.finding import Finding, first_wrong, holds
from gradlab.report.blocks import Block, Details, Figure, Missing
from gradlab.report.figures.drawn import draw
from gradlab.report.sections.base import Section
from gradlab.report.story import Story
from gradlab.store.results import Results
from gradlab.store.store import Store
from gradlab.sweeps.loading import load
from gradlab.sweeps.measure import measure
from gradlab.sweeps.points import plan


_SWEEP = {
    "name": "check",
    "hidden": [4],
    "features": 3,
    "sequences": 2,
    "seeds": 2,
    "grid": [
        {"name": "lineup", "cell": ["rnn", "lstm"], "length": [8, 12]},
        {"name": "gain", "cell": ["rnn", "lstm"], "gain": [0.5, 2.0], "length": [12]},
        {
            "name": "weights",
            "cell": ["rnn"],
            "init": ["default", "orthogonal"],
            "activation": ["tanh", "relu"],
            "length": [12],
        },
    ],
}


def titled(leaf: type[Section]) -> Finding:
    """It asks a question, and has a place."""
    title = leaf().title(_story())
    good = bool(title.strip()) and isinstance(leaf.order, int | float)
    return holds(good, f"{title!r} at {leaf.order!r}", "a question, and a number")


def builds(leaf: type[Section]) -> Finding:
    """It gives blocks, or says in words what is missing."""
    built = _build(leaf, _story())
    if isinstance(built, Missing):
        return holds(bool(built.reason.strip()), f"missing: {built.reason}", "a reason")
    strange = [type(block).__name__ for block in built if not _is_block(block)]
    got = ", ".join(type(block).__name__ for block in built)
    return holds(bool(built) and not strange, got or "nothing", "blocks, or Missing")


def builds_from_nothing(leaf: type[Section]) -> Finding:
    """Where no point was computed, it still gives blocks or says what is missing."""
    built = _build(leaf, Story.of(_results(measured=False)))
    return holds(True, type(built).__name__, "blocks, or Missing")


def repeats(leaf: type[Section]) -> Finding:
    """The same store gives the same words."""
    words = [_texts(_build(leaf, _story())) for _ in range(2)]
    return holds(words[0] == words[1], f"{len(words[0])} texts", "the same twice")


def figures_speak(leaf: type[Section]) -> Finding:
    """Every figure has words for those who do not see it, and a table of numbers."""

    def wrong(figure: Figure) -> Iterator[str]:
        if not figure.alt.strip() or not figure.caption.strip():
            yield f"{figure.name} without alt text or caption"
        columns, rows = figure.data.table()
        if not rows or any(len(row) != len(columns) for row in rows):
            yield f"{figure.name} with a table of {len(rows)} rows"

    found = (what for figure in _figures(leaf) for what in wrong(figure))
    return first_wrong(found, "alt text, caption and numbers for each figure")


def figures_draw(leaf: type[Section]) -> Finding:
    """Every figure can be drawn."""
    figures = _figures(leaf)
    for figure in figures:
        draw(figure.data, "check")
    return holds(True, f"{len(figures)} drawn", "no error")


def _figures(leaf: type[Section]) -> list[Figure]:
    built = _build(leaf, _story())
    if isinstance(built, Missing):
        return []
    return [block for block in _flat(built) if isinstance(block, Figure)]


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _flat(block.blocks)


def _texts(built: Sequence[Block] | Missing) -> list[str]:
    if isinstance(built, Missing):
        return [built.reason]
    texts = (getattr(block, "text", None) for block in _flat(built))
    return [text for text in texts if isinstance(text, str)]


def _is_block(block: Any) -> bool:
    return type(block).__module__ == Figure.__module__


def _build(leaf: type[Section], story: Story) -> Sequence[Block] | Missing:
    return leaf().build(story.results, story)


def _story() -> Story:
    return Story.of(_results(measured=True))


@cache
def _results(*, measured: bool) -> Results:
    """Return what one small sweep leaves behind, with or without its points."""
    sweep = load(_SWEEP)
    planned = plan(sweep)
    folder = tempfile.mkdtemp(prefix="gradlab-check-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Store.open(folder, create=True) as store:
        store.expect({key: p.params() for key, p in planned.points.items()})
        for key, point in planned.points.items() if measured else ():
            needs = planned.needs[key]
            (outcome,) = measure([point], needs)
            store.save_point(
                key, point.params(), records=outcome.records, computed=needs.by_measure
            )
        meta = {"name": sweep.name, "command": "gradlab check"}
        store.save_sweep(sweep.name, sweep.resolved(), planned.grids, meta)
    return Results.open(folder)


CHECKS = {
    "it asks a question and has a place": titled,
    "it gives blocks or says what is missing": builds,
    "it stands a store without results": builds_from_nothing,
    "the same store gives the same words": repeats,
    "figures have words and numbers": figures_speak,
    "figures can be drawn": figures_draw,
}
