"""Checks of a report section, given the results of one small sweep."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from gradlab.check import Checks
from gradlab.check.finding import Finding, first_wrong
from gradlab.report.blocks import Block, Details, Figure, Missing
from gradlab.report.figures.drawn import draw
from gradlab.report.sections.base import Section
from gradlab.report.story import Story
from gradlab.store.results import PointResult, Results


SWEEP = {
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
"""A sweep whose results every section can be checked on."""


def checks_on(results: Results) -> Checks:
    """Return the checks of a section, by title, on the results of :data:`SWEEP`."""
    measured, empty = Story.of(results), Story.of(without_records(results))
    return {
        "it asks a question and has a place": partial(titled, story=measured),
        "it gives blocks or says what is missing": partial(builds, story=measured),
        "it can be built without results": partial(builds_from_nothing, story=empty),
        "the same results give the same words": partial(repeats, results=results),
        "figures have words and numbers": partial(figures_have_words, story=measured),
        "figures can be drawn": partial(figures_draw, story=measured),
    }


def without_records(results: Results) -> Results:
    """Return the same results with every point still to be computed."""
    points = {
        point.key: replace(point, status="missing", computed={}, names=frozenset())
        for point in results.points
    }

    def emptied(some: Sequence[PointResult]) -> list[PointResult]:
        return [points[point.key] for point in some]

    counts = dict.fromkeys(results.meta["counts"], 0)
    counts["requested"] = counts["missing"] = len(points)
    return replace(
        results,
        points=emptied(results.points),
        grids={name: emptied(some) for name, some in results.grids.items()},
        meta=results.meta | {"counts": counts},
    )


def titled(leaf: type[Section], story: Story) -> Finding:
    """Check that a section has a question and a place."""
    title = leaf().title(story)
    good = bool(title.strip()) and isinstance(leaf.order, int | float)
    return Finding(good, f"{title!r} at {leaf.order!r}", "a question, and a number")


def builds(leaf: type[Section], story: Story) -> Finding:
    """Check that a section gives blocks, or the reason why not."""
    built = _build(leaf, story)
    if isinstance(built, Missing):
        return Finding(
            bool(built.reason.strip()), f"missing: {built.reason}", "a reason"
        )
    strange = [type(block).__name__ for block in built if not _is_block(block)]
    got = ", ".join(type(block).__name__ for block in built)
    return Finding(bool(built) and not strange, got or "nothing", "blocks, or Missing")


def builds_from_nothing(leaf: type[Section], story: Story) -> Finding:
    """Check that a section can be built before any point is computed."""
    built = _build(leaf, story)
    return Finding(True, type(built).__name__, "blocks, or Missing")


def repeats(leaf: type[Section], results: Results) -> Finding:
    """Check that the same results give the same words."""
    words = [_texts(_build(leaf, Story.of(results))) for _ in range(2)]
    return Finding(words[0] == words[1], f"{len(words[0])} texts", "the same twice")


def figures_have_words(leaf: type[Section], story: Story) -> Finding:
    """Check that every figure has alt text, caption and table."""

    def wrong(figure: Figure) -> Iterator[str]:
        if not figure.alt.strip() or not figure.caption.strip():
            yield f"{figure.name} without alt text or caption"
        columns, rows = figure.data.table()
        if not rows or any(len(row) != len(columns) for row in rows):
            yield f"{figure.name} with a table of {len(rows)} rows"

    found = (what for figure in _figures(leaf, story) for what in wrong(figure))
    return first_wrong(found, "alt text, caption and numbers for each figure")


def figures_draw(leaf: type[Section], story: Story) -> Finding:
    """Check that every figure can be drawn."""
    figures = _figures(leaf, story)
    for figure in figures:
        draw(figure.data, "check")
    return Finding(True, f"{len(figures)} drawn", "no error")


def _figures(leaf: type[Section], story: Story) -> list[Figure]:
    built = _build(leaf, story)
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
