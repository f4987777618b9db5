"""The headline and the three sentences below it: claims, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report import choice, inline
from gradlab.report.words import say


if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story


def headline(story: Story) -> tuple[str, ...]:
    """Return the best claim of the headline; without one, what there is instead."""
    w = story.words("top")
    said = choice.best(story, "headline", 1)
    return _empty(story, w) or tuple(s.text for s in said) or w.NO_SIZE


def sentences(story: Story) -> tuple[str, ...]:
    """Return the three best claims that are not the headline."""
    above = {s.claim for s in choice.best(story, "headline", 1)}
    found = choice.best(story, "top", 4)
    return tuple(s.text for s in found if s.claim not in above)[:3]


def _empty(story: Story, w: ModuleType) -> tuple[str, ...]:
    if story.computed:
        return ()
    points = story.results.points
    if not points:
        return w.NOTHING_ASKED
    count = f"{len(points):,}"
    if not story.failed:
        return _fill(w.NOT_YET, count=count)
    message = story.failed[0].message or w.NO_MESSAGE
    return _fill(w.NOTHING, count=count, message=plain_message(message))


def plain_message(message: str) -> str:
    """Return a message as text: one line, without marks of inline text."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    return inline.literal(first)


def _fill(templates: Sequence[str], **values: object) -> tuple[str, ...]:
    return tuple(say(t, **values) for t in templates)
