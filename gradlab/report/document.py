"""A whole report as blocks: top, chapters, glossary, references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from gradlab import catalog
from gradlab.errors import UnknownNameError
from gradlab.report import glossary, inline, references
from gradlab.report.blocks import (
    Block,
    Chapter,
    Details,
    Document,
    Missing,
    References,
)
from gradlab.report.figures.base import FigureData
from gradlab.report.sections.base import Section
from gradlab.report.story import Story
from gradlab.report.top import banner
from gradlab.report.top.compose import compose as compose_top
from gradlab.report.words import LANGUAGES, speaking


def sections() -> list[Section]:
    """Every known section, ours and loaded ones, in the order of the report."""
    found = [catalog.get("sections", name)() for name in catalog.names("sections")]
    return sorted(found, key=lambda s: (s.order, s.name))


def compose(results: Any, language: str = "en") -> Document:
    """Ask every section what it has to say about these results.

    Raises UnknownNameError for a language other than English and Korean.
    """
    if language not in LANGUAGES:
        raise UnknownNameError.among("language", language, LANGUAGES)
    with speaking(language):
        return _compose(results, language)


def _compose(results: Any, language: str) -> Document:
    story = Story.of(results, language)
    chapters = [chapter(section, results, story) for section in sections()]
    if story.training_alone:  # most sections ask of networks before training
        chapters = [c for c in chapters if not c.missing]
    used = list(dict.fromkeys(k for c in chapters for k in keys_of(c.blocks)))
    top = compose_top(story)
    linked = set(linked_terms([top, *chapters]))
    terms = glossary.terms(language).items()
    return Document(
        title=story.words("top").TITLE,
        top=top,
        chapters=chapters,
        glossary={term: words for term, words in terms if term in linked},
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


def keys_of(blocks: Sequence[Block]) -> Iterable[str]:
    """Yield the references that blocks name."""
    for block in blocks:
        if isinstance(block, References):
            yield from block.keys
        elif isinstance(block, Details):
            yield from keys_of(block.blocks)


def linked_terms(part: Any) -> Iterable[str]:
    """Yield the terms that texts of a part of the document link to."""
    if isinstance(part, str):
        yield from (s.text for s in inline.parse(part) if s.kind == "term")
    elif isinstance(part, Sequence):
        for item in part:
            yield from linked_terms(item)
    elif is_dataclass(part) and not isinstance(part, FigureData):
        for field in fields(part):
            yield from linked_terms(getattr(part, field.name))
