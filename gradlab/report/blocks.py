"""What a report is made of, before anybody draws it.

A section returns blocks; the HTML page and the PDF render the same ones. All text
fields are inline text (see `gradlab.report.inline`). Nothing here imports torch,
matplotlib or a template engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gradlab.report.figures.base import FigureData


@dataclass(frozen=True)
class Cell:
    """One entry of a table.

    `sort_value` decides the order under a sort button (None: the text itself).
    `verdict` is a verdict word: its glyph is then shown before the text, and the
    cell is tinted; the word itself must be in `text`.
    """

    text: str
    sort_value: float | str | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Column:
    """A table's column: `align` is "left" or "right"; `note` stands under its head."""

    text: str
    align: str = "left"
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """The one sentence made from data that answers the section's question."""

    text: str


@dataclass(frozen=True)
class Prose:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of short items, numbered where `ordered`."""

    items: Sequence[str]
    ordered: bool = False


@dataclass(frozen=True)
class Figure:
    """Data to draw, with its words.

    name: stem of files and anchors ("gain" gives #fig-gain, gain.svg, gain.csv).
    alt: the takeaway and the extreme values, in plain words (no markup).
    caption: stands under the figure; names the references held and the bands.
    takeaway: shown below the figure when presented (default: the section's finding).
    draft: caption draft for a paper: norm, state, mean, seeds, references.
    """

    name: str
    data: FigureData
    alt: str
    caption: str
    takeaway: str = ""
    draft: str = ""


@dataclass(frozen=True)
class Table:
    """A table; plain strings stand for `Column(text)` and `Cell(text)`.

    groups: indices of the rows that start a family (a thicker rule above).
    notes: lines below the table.
    sortable: sort buttons in the HTML page.
    wide: may take the whole page width.
    """

    columns: Sequence[Column | str]
    rows: Sequence[Sequence[Cell | str]]
    caption: str
    name: str = ""
    groups: Sequence[int] = ()
    notes: Sequence[str] = ()
    sortable: bool = True

    def column_list(self) -> list[Column]:
        """The columns, each as a `Column`."""
        return [c if isinstance(c, Column) else Column(c) for c in self.columns]

    def row_list(self) -> list[list[Cell]]:
        """The rows, each entry as a `Cell`."""
        return [
            [c if isinstance(c, Cell) else Cell(c) for c in row] for row in self.rows
        ]


@dataclass(frozen=True)
class Formula:
    """A displayed formula in Typst's maths, with how one reads it aloud."""

    typst: str
    spoken: str


@dataclass(frozen=True)
class HowToRead:
    """Two or three sentences on how to read the figure above."""

    text: str


@dataclass(frozen=True)
class Command:
    """A command line that makes just this again; `note` says what it does."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Code:
    """Lines of Python to copy; `note` says what they do."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Limits:
    """What this section does not show, in one line."""

    text: str


@dataclass(frozen=True)
class References:
    """Keys of `Document.references`."""

    keys: Sequence[str]


@dataclass(frozen=True)
class Details:
    """Blocks behind a summary line: folded in HTML, small print in the PDF.

    at_end: printed behind all sections, with those of other sections.
    """

    summary: str
    blocks: Sequence[Block]
    at_end: bool = False


@dataclass(frozen=True)
class Missing:
    """Returned by a section that cannot be made: what to add, in one line."""

    reason: str


Block = (
    Finding
    | Prose
    | Points
    | Figure
    | Table
    | Formula
    | HowToRead
    | Command
    | Code
    | Limits
    | References
    | Details
)


@dataclass(frozen=True)
class Chapter:
    """One section's outcome: its question and its blocks, or why it is missing."""

    name: str
    question: str
    blocks: Sequence[Block] = ()
    missing: str = ""


@dataclass(frozen=True)
class Picture:
    """A small figure without a number: data to draw, alt text, one line below it."""

    data: FigureData
    alt: str
    caption: str


@dataclass(frozen=True)
class Top:
    """The first screen.

    provenance: "sweep of 3 Sep 2027, 14:02 · 672 points, 0 failed · 51 s".
    banner: "Measured on untrained networks fed with noise. ..."
    headline: one or two sentences, each its own line.
    sentences: the three numbered sentences.
    table: the line-up table (None where no point was measured).
    blocks: what follows (legend of glyphs, reference values, how to read a report).
    picture: stands beside the sentences.
    """

    provenance: str
    banner: str
    headline: Sequence[str]
    sentences: Sequence[str]
    table: Table | None = None
    blocks: Sequence[Block] = ()
    picture: Picture | None = None


@dataclass(frozen=True)
class Document:
    """A whole report.

    glossary: term -> definition; terms: term -> how it is called, where that differs;
    references: key -> text; stem: of its files' names; translated: whether the other
    language has the same report, so that pages link to each other.
    """

    title: str
    top: Top
    chapters: Sequence[Chapter]
    glossary: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    footer: str = ""
    language: str = "en"
    terms: Mapping[str, str] = field(default_factory=dict)
    stem: str = "report"
    translated: bool = True

    def file(self, form: str) -> str:
        """Return its file's name: ``report.html``, ``report.ko.pdf``."""
        return f"{self.stem}{suffix(self.language)}.{form}"

    def figures(self) -> list[tuple[Chapter, Figure]]:
        """Every figure with its chapter, in reading order."""
        return [
            (chapter, figure)
            for chapter in self.chapters
            for figure in figures_of(chapter.blocks)
        ]


def file_name(language: str, form: str) -> str:
    """The file of a report: ``report.html``, ``report.ko.pdf``."""
    return f"report{suffix(language)}.{form}"


def suffix(language: str) -> str:
    """What stands before a file's ending in a language: ``.ko``; English has none."""
    return "" if language == "en" else f".{language}"


def figures_of(blocks: Sequence[Block]) -> list[Figure]:
    """The figures among `blocks`, inside `Details` too, in order."""
    found: list[Figure] = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block)
        elif isinstance(block, Details):
            found.extend(figures_of(block.blocks))
    return found


def finding_of(blocks: Sequence[Block]) -> str:
    """The first finding's text among `blocks`, or an empty string."""
    return next((b.text for b in blocks if isinstance(b, Finding)), "")
