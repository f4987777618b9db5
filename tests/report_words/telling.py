"""A document's words as plain text, to be read and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradlab import catalog
from gradlab.report import document, inline
from gradlab.report.blocks import (
    Block,
    Chapter,
    Command,
    Details,
    Document,
    Figure,
    Finding,
    HowToRead,
    Limits,
    Points,
    Prose,
    Table,
    finding_of,
)
from gradlab.report.story import Story
from gradlab.report.words import speaking
from tests.made_up import Made


def one_chapter(made: Made, name: str, language: str = "en") -> Chapter:
    """Compose one section alone, which costs a tenth of the document."""
    section = catalog.get("sections", name)()
    with speaking(language):
        return document.chapter(section, made, Story.of(made, language))


def summary(document: Document) -> str:
    """Top and findings: what somebody reads who reads little."""
    top = document.top
    lines = [top.provenance, inline.plain(top.banner), ""]
    lines += [f"# {inline.plain(line)}" for line in top.headline]
    lines += [f"{i}. {inline.plain(s)}" for i, s in enumerate(top.sentences, start=1)]
    if top.table:
        lines.append("")
        lines += [
            " | ".join(inline.plain(c.text) for c in row)
            for row in top.table.row_list()[:9]
        ]
    for chapter in document.chapters:
        said = chapter.missing or finding_of(chapter.blocks)
        mark = "(missing) " if chapter.missing else ""
        lines += ["", chapter.question, f"    {mark}{inline.plain(said)}"]
    return "\n".join(lines) + "\n"


def every_text(document: Document) -> Iterator[str]:
    """All inline text of a document, as it is before parsing."""
    top = document.top
    yield from (top.provenance, top.banner, *top.headline, *top.sentences)
    yield from texts(top.blocks)
    if top.table:
        yield from texts([top.table])
    for chapter in document.chapters:
        yield chapter.question
        yield chapter.missing
        yield from texts(chapter.blocks)


def flat(blocks: Sequence[Block]) -> Iterator[Block]:
    """All blocks, those that are folded too."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from flat(block.blocks)


def texts(blocks: Sequence[Block]) -> Iterator[str]:
    """All inline text of blocks."""
    for block in blocks:
        if isinstance(block, Finding | Prose | HowToRead | Limits):
            yield block.text
        elif isinstance(block, Command):
            yield block.note
        elif isinstance(block, Points):
            yield from block.items
        elif isinstance(block, Figure):
            yield from (block.alt, block.caption, block.takeaway, block.draft)
        elif isinstance(block, Table):
            yield block.caption
            yield from block.notes
            yield from (c.text for c in block.column_list())
            yield from (c.text for row in block.row_list() for c in row)
        elif isinstance(block, Details):
            yield block.summary
            yield from texts(block.blocks)
