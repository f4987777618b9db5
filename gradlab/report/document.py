"""A whole report as blocks: top, chapters, glossary, references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gradlab import catalog
from gradlab.report import glossary, references
from gradlab.report.blocks import (
    Block,
    Chapter,
    Details,
    Document,
    Missing,
    References,
)
from gradlab.report.sections.base import Section
from gradlab.report.story import Story
from gradlab.report.top import banner
from gradlab.report.top.compose import compose as compose_top
from gradlab.report.words import speaking


def sections() -> list[Section]:
    """Every known section, ours and loaded ones, in the order of the report."""
    found = [catalog.get("sections", name)() for name in catalog.names("sections")]
    return sorted(found, key=lambda s: (s.order, s.name))


def compose(results: Any, language: str = "en") -> Document:
    """Ask every section what it has to say about these results."""
    with speaking(language):
        return _compose(results, language)


def _compose(results: Any, language: str) -> Document:
    story = Story.of(results, language)
    chapters = [chapter(section, results, story) for section in sections()]
    used = list(dict.fromkeys(k for c in chapters for k in _keys(c.blocks)))
    return Document(
        title=story.words("top").TITLE,
        top=compose_top(story),
        chapters=chapters,
        glossary=glossary.terms(language),
        terms=glossary.names(language),
        references={k: references.ENTRIES[k] for k in used if k in references.ENTRIES},
        footer=banner.footer(story),
        language=language,
    )


def chapter(section: Section, results: Any, story: Story) -> Chapter:
    """One section's outcome."""
    outcome = section.build(results, story)
    title = section.title(story)
    if isinstance(outcome, Missing):
        return Chapter(section.name, title, missing=outcome.reason)
    return Chapter(section.name, title, tuple(outcome))


def _keys(blocks: Sequence[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, References):
            yield from block.keys
        elif isinstance(block, Details):
            yield from _keys(block.blocks)
