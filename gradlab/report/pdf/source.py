"""From a document to Typst markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradlab.report import inline
from gradlab.report.blocks import (
    Block,
    Cell,
    Command,
    Details,
    Document,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Points,
    Prose,
    References,
    Table,
    Top,
)
from gradlab.report.figures.scale import GLYPHS
from gradlab.report.inline import escape_typst, string_typst


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

PREAMBLE = """\
#set document(title: {title}, author: "gradlab", date: none)
#set page(paper: "a4", margin: (x: 16mm, top: 14mm, bottom: 15mm),
  footer: context align(center, text(7.5pt, luma(38%))[#counter(page).display()
    #h(.6em) · #h(.6em) {running}]))
#set text(font: ("Inter", "Libertinus Serif", "DejaVu Sans Mono"),
  size: {size}pt, lang: {language}, fill: rgb("#1f2430"))
#set super(typographic: false, size: .7em, baseline: -.45em)
#set sub(typographic: false, size: .7em)
#set par(leading: .55em, spacing: .72em, justify: false)
#show math.equation: set text(font: "New Computer Modern Math", size: 1.15em)
#show raw: set text(font: "DejaVu Sans Mono", size: .92em)
#show link: set text(fill: rgb("#0b4f80"))
#show title: set text(1.02em, weight: 600)
#show title: set par(leading: .42em)
#show title: set block(above: 1.1em, below: 1.1em)
#show heading: set block(above: 1.5em, below: .6em, sticky: true)
#show heading.where(level: 1): set text(1.32em, weight: 600)
#show heading.where(level: 2): set text(1em, weight: 600)
#show figure: set block(breakable: false, above: .9em, below: .9em)
#show figure.caption: set text(.86em, fill: luma(32%))
#show figure.caption: set align(left)
#set figure(gap: .5em)
#set table(stroke: (x, y) => (bottom: .4pt + rgb("#d5d9e0")), inset: (x: 3.5pt, y: 3pt))
#show table: set text(.9em)
#show table.cell.where(y: 0): set text(weight: 600)
#show table: set par(leading: .45em)
#let muted(body) = text(.92em, fill: luma(35%), body)
#let finding(body) = block(below: .75em, sticky: true, text(1.06em, weight: 600, body))
#let tint = (vanishing: rgb("#ece8f6"), fading: rgb("#ece8f6"), stable: rgb("#eef0f2"),
  growing: rgb("#fcebd9"), exploding: rgb("#fcebd9"))
"""

MOST_TABLE_ROWS = 40


@dataclass
class Source:
    """Writes a document as Typst; `width`: figures' share of the text width."""

    document: Document
    drawings: dict[str, Drawn]
    formulas: dict[str, str | None]
    width: float = 1.0
    size: float = 9.0
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the figures in reading order."""
        names = [figure.name for _, figure in self.document.figures()]
        self.numbers = {name: i + 1 for i, name in enumerate(names)}
        self.terms = dict(self.document.glossary)

    def text(self) -> str:
        """The whole source."""
        title = inline.plain(self.document.title)
        parts = [
            PREAMBLE.format(
                title=string_typst(title),
                running=escape_typst(title),
                size=self.size,
                language=string_typst(self.document.language),
            ),
            self.top(self.document.top),
        ]
        for number, chapter in enumerate(self.document.chapters, start=1):
            parts.append(f"= {number}#h(.5em){self._line(chapter.question)}")
            if chapter.missing:
                parts.append(f"#muted[{self._line(chapter.missing)}]")
            parts += self.blocks(chapter.blocks)
        parts += self._ending()
        parts.append("#context [#metadata(counter(page).final().first()) <end>]")
        return "\n\n".join(part for part in parts if part)

    def _line(self, text: str) -> str:
        return inline.typst(text, self.terms)

    def top(self, top: Top) -> str:
        """The first screen: provenance, banner, headline, sentences, table."""
        lines = [f"#text(.88em, fill: luma(35%))[{self._line(top.provenance)}]"]
        if top.banner:
            lines.append(
                '#block(fill: rgb("#f0ebfa"), stroke: (left: 2.5pt + rgb("#4b2a86")), '
                f"inset: (x: 7pt, y: 5pt))[{self._line(top.banner)}]"
            )
        headline = " #linebreak() ".join(self._line(line) for line in top.headline)
        if headline:
            lines.append(f"#title[{headline}]")
        if top.sentences:
            items = ", ".join(f"[{self._line(s)}]" for s in top.sentences)
            lines.append(f"#enum({items})")
        if top.table is not None:
            lines.append(self.table(top.table))
        return "\n\n".join(
            [*(line for line in lines if line), *self.blocks(top.blocks)]
        )

    def blocks(self, blocks: Sequence[Block]) -> list[str]:
        """Markup of each block."""
        return [self.block(block) for block in blocks]

    def block(self, block: Block) -> str:
        """Markup of one block."""
        match block:
            case Finding(text):
                return f"#finding[{self._line(text)}]"
            case Prose(text):
                return self._line(text)
            case Points(items, ordered):
                name = "enum" if ordered else "list"
                return f"#{name}({', '.join(f'[{self._line(i)}]' for i in items)})"
            case Figure():
                return self.figure(block)
            case Table():
                return self.table(block)
            case Formula(source, spoken):
                if self.formulas.get(source) is None:
                    return f"#raw({string_typst(source)})"
                alt = string_typst(inline.plain(spoken))
                return f"#math.equation(block: true, alt: {alt}, $ {source} $)"
            case HowToRead(text):
                return f"*How to read it.* {self._line(text)}"
            case Limits(text):
                return f"#muted[*What this does not show.* {self._line(text)}]"
            case Command(text, note):
                lead = f"{self._line(note)} #linebreak() " if note else ""
                many = ", block: true" if "\n" in text else ""
                return f"#muted[{lead}#raw({string_typst(text)}{many})]"
            case References(keys):
                return self._cited(keys)
            case Details(summary, inner):
                body = "\n\n".join(self.blocks(inner))
                return f"#text(.92em)[*{self._line(summary)}*\n\n{body}]"
        return ""

    def _cited(self, keys: Sequence[str]) -> str:
        known = [k for k in keys if k in self.document.references]
        links = ", ".join(f"#link(<ref-{k}>)[{escape_typst(k)}]" for k in known)
        return f"#muted[See {links}.]" if links else ""

    def figure(self, block: Figure) -> str:
        """The same drawing as on the page, with its caption."""
        alt = string_typst(inline.plain(block.alt))
        drawn = self.drawings[block.name]
        width = 100 * self.width * min(1.0, drawn.width / 518.4)
        caption = self._line(block.caption)
        return (
            "#figure(kind: image, supplement: [Figure], caption: "
            f"[{caption}], alt: {alt}, "
            f'image("{block.name}.svg", width: {width:.1f}%))'
        )

    def table(self, table: Table) -> str:
        """A table with its head row; long ones show their first rows."""
        columns = table.column_list()
        rows = table.row_list()
        groups = set(table.groups) - {0}
        align = ", ".join(c.align for c in columns)
        head = ", ".join(f"[{self._head(c.text, c.note)}]" for c in columns)
        lines = [
            f"#table(columns: {len(columns)}, align: ({align},), table.header({head}),"
        ]
        for index, row in enumerate(rows[:MOST_TABLE_ROWS]):
            if index in groups:
                lines.append("table.hline(stroke: .8pt + luma(45%)),")
            lines.append(", ".join(self._cell(cell) for cell in row) + ",")
        lines.append(")")
        caption = self._line(table.caption)
        parts = [f"#muted[{caption}]" if caption else "", "\n".join(lines)]
        if len(rows) > MOST_TABLE_ROWS:
            more = len(rows) - MOST_TABLE_ROWS
            parts.append(f"#muted[{more} more rows in the HTML report.]")
        parts += [f"#muted[{self._line(note)}]" for note in table.notes]
        return "\n\n".join(part for part in parts if part)

    def _head(self, text: str, note: str) -> str:
        """Without links: a head repeated on the next page must not hold any."""
        small = f"#linebreak()#text(.88em, weight: 400)[{inline.typst(note)}]"
        return inline.typst(text) + (small if note else "")

    def _cell(self, cell: Cell) -> str:
        word = (cell.verdict or "").replace(" ", "_")
        glyph = GLYPHS.get(word, "")
        lead = f"{escape_typst(glyph)}~" if glyph else ""
        fill = f"fill: tint.{word}, " if word in _TINTED else ""
        return f"table.cell({fill}[{lead}{self._line(cell.text)}])"

    def _ending(self) -> list[str]:
        parts = []
        if self.document.glossary:
            parts.append("= Words")
            items = ", ".join(
                f"[*{escape_typst(term)}*: {self._line(text)} "
                f"#metadata(none) <{inline.anchor(term)}>]"
                for term, text in self.document.glossary.items()
            )
            parts.append(
                f"#columns(2, text(.9em, list(marker: none, body-indent: 0pt, "
                f"{items})))"
            )
        if self.document.references:
            parts.append("= References")
            items = ", ".join(
                f"[{self._line(text)} #metadata(none) <ref-{key}>]"
                for key, text in self.document.references.items()
            )
            parts.append(f"#text(.9em, enum({items}))")
        if self.document.footer:
            parts.append(f"#muted[{self._line(self.document.footer)}]")
        return parts


_TINTED = ("vanishing", "fading", "stable", "growing", "exploding")
