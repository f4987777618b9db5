"""From a document to Typst markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradlab.report import inline
from gradlab.report.blocks import (
    Block,
    Cell,
    Chapter,
    Code,
    Column,
    Command,
    Details,
    Document,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Picture,
    Points,
    Prose,
    References,
    Table,
    Top,
)
from gradlab.report.figures.scale import GLYPHS
from gradlab.report.inline import escape_typst, string_typst
from gradlab.report.pdf.preamble import preamble
from gradlab.report.references import said
from gradlab.report.words import say, words


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

MOST_TABLE_ROWS = 40
TOO_MANY_ROWS = 200
FEW_COLUMNS = 4
LONG_CODE = 25
LONG_WORD = 150
"""Letters of a command that no line break interrupts, about the width of a sheet."""
TEXT_WIDTH = 504.0
"""Points between the margins: a figure drawn that wide is printed as it was drawn."""


@dataclass(frozen=True)
class Closing:
    """A section's last paragraph: what it does not show, and what to read."""

    limits: Limits
    keys: References


@dataclass
class Source:
    """Writes a document as Typst.

    width: figures' share of the text width; `widths`: that of single figures by name.
    size: of the text in points; gap: between paragraphs, in lines.
    """

    document: Document
    drawings: dict[str, Drawn]
    formulas: dict[str, str | None]
    width: float = 1.0
    size: float = 9.0
    gap: float = 0.68
    widths: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the figures in reading order."""
        names = [figure.name for _, figure in self.document.figures()]
        self.numbers = {name: i + 1 for i, name in enumerate(names)}
        self.terms = dict(self.document.glossary)
        self.w = words(self.document.language, "page")

    def text(self) -> str:
        """The whole source."""
        parts = [
            preamble(self.document, self.size, self.gap),
            self.top(self.document.top),
        ]
        methods: list[str] = []
        for number, chapter in enumerate(self.document.chapters, start=1):
            parts.append(f"= {number}#h(.5em){self._line(chapter.question)}")
            if chapter.missing:
                parts.append(f"#muted[{self._line(chapter.missing)}]")
            ends = [b for b in chapter.blocks if isinstance(b, Details) and b.at_end]
            parts += self.blocks(
                _in_print([b for b in chapter.blocks if b not in ends])
            )
            methods += [self._method(number, chapter, details) for details in ends]
        parts += self._ending(methods)
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
        lead = [f"#title[{headline}]"] if headline else []
        if top.sentences:
            items = ", ".join(f"[{self._line(s)}]" for s in top.sentences)
            lead.append(f"#enum({items})")
        lines.append(self._beside("\n\n".join(lead), top.picture))
        if top.table is not None:
            lines.append(self.table(top.table))
        return "\n\n".join(
            [*(line for line in lines if line), *self.blocks(_unfolded(top.blocks)[0])]
        )

    def _beside(self, lead: str, picture: Picture | None) -> str:
        """The headline and its sentences, and the picture at their right."""
        if picture is None:
            return lead
        alt = string_typst(inline.plain(picture.alt))
        drawing = f'#image("top.svg", alt: {alt}, width: 100%)'
        below = f"#muted[{self._line(picture.caption)}]"
        return (
            f"#grid(columns: (1fr, 82mm), column-gutter: 6mm, [{lead}], "
            f"[{drawing} {below}])"
        )

    def blocks(self, blocks: Sequence[Block | Closing]) -> list[str]:
        """Markup of each block."""
        return [self.block(block) for block in blocks]

    def block(self, block: Block | Closing) -> str:
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
            case Formula(source, aloud):
                if self.formulas.get(source) is None:
                    return f"#raw({string_typst(source)})"
                alt = string_typst(inline.plain(aloud))
                return f"#math.equation(block: true, alt: {alt}, $ {source} $)"
            case HowToRead(text):
                return f"*{self.w.HOW_TO_READ}* {self._line(text)}"
            case Limits(text):
                return f"#muted[*{self.w.LIMITS}* {self._line(text)}]"
            case Closing(limits, keys):
                said, cited = self.block(limits), self._cited(keys.keys)
                return f"{said} {cited}"
            case Command(text, note):
                lead = f"{self._line(note)} " if note else ""
                if "\n" in text:
                    return f"#muted[{lead}{self._elsewhere(self.w.LONG_SWEEP)}]"
                if any(len(word) > LONG_WORD for word in text.split()):
                    return f"#muted[{lead}{self._elsewhere(self.w.LONG_COMMAND)}]"
                return f"#muted[{lead}#raw({string_typst(text)})]"
            case Code(text, note):
                lead = f"#block(sticky: true)[{self._line(note)}]\n\n" if note else ""
                source = f'#raw({string_typst(text)}, block: true, lang: "python")'
                return f"{lead}#block(inset: (left: 8pt))[{source}]"
            case References(keys):
                return self._cited(keys)
            case Details(summary, inner):
                body = "\n\n".join(self.blocks(inner))
                return f"#small[*{self._line(summary)}*\n\n{body}]"
        return ""

    def _cited(self, keys: Sequence[str]) -> str:
        known = [k for k in keys if k in self.document.references]
        links = ", ".join(f"#link(<ref-{k}>)[{escape_typst(said(k))}]" for k in known)
        return f"#muted[{self.w.SEE} {links}.]" if links else ""

    def figure(self, block: Figure) -> str:
        """The same drawing as on the page, with its caption."""
        alt = string_typst(inline.plain(block.alt))
        drawn = self.drawings[block.name]
        width = (
            100
            * self.widths.get(block.name, self.width)
            * min(1.0, drawn.width / TEXT_WIDTH)
        )
        caption = self._line(block.caption)
        return (
            f"#figure(kind: image, supplement: [{self.w.FIGURE}], caption: "
            f"[{caption}], alt: {alt}, "
            f'image("{block.name}.svg", width: {width:.1f}%))'
        )

    def table(self, table: Table) -> str:
        """A table; long ones show their first rows, very long ones none."""
        columns, rows, dropped = _columns(table)
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
        parts = [f"#block(sticky: true)[#muted[{caption}]]" if caption else ""]
        if len(rows) > TOO_MANY_ROWS:
            rest = self._elsewhere(self.w.ALL_ROWS, count=len(rows))
            return "\n\n".join([*parts, f"#muted[{rest}]"])
        parts.append("\n".join(lines))
        if len(rows) > MOST_TABLE_ROWS:
            rest = self._elsewhere(
                self.w.ROWS_BEYOND, count=len(rows) - MOST_TABLE_ROWS
            )
            parts.append(f"#muted[{rest}]")
        notes = [self._line(note) for note in table.notes]
        if dropped:
            names = ", ".join(dropped).capitalize()
            notes.append(self._elsewhere(self.w.COLUMNS_BEYOND, names=names))
        parts += [f"#muted[{' '.join(notes)}]"] if notes else []
        return "\n\n".join(part for part in parts if part)

    def _elsewhere(self, template: str, **values: object) -> str:
        """Say what is not printed here and stands on the page."""
        page = self.document.file("html")
        return self._line(say(template, page=page, **values))

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

    def _method(self, number: int, chapter: Chapter, details: Details) -> str:
        """How a section's numbers are measured, for the end of the print."""
        head = f"#block(above: 1.2em)[*{number} {self._line(chapter.question)}*]"
        return "\n\n".join([head, *self.blocks(details.blocks)])

    def _ending(self, methods: Sequence[str]) -> list[str]:
        folded = self.blocks(_unfolded(self.document.top.blocks)[1])
        parts = ["#v(.8em)", *folded] if folded else []
        if methods:
            parts += [f"= {self.w.METHODS}", _spread(methods, 2)]
        if self.document.glossary:
            names = self.document.terms
            parts.append(f"= {self.w.WORDS}")
            parts.append(
                _spread(
                    [
                        f"*{escape_typst(names.get(term, term))}*: {self._line(text)} "
                        f"#metadata(none) <{inline.anchor(term)}>"
                        for term, text in self.document.glossary.items()
                    ],
                    3,
                )
            )
        if self.document.references:
            parts.append(f"= {self.w.REFERENCES}")
            parts.append(
                _spread(
                    [
                        f"{self._line(text)} #metadata(none) <ref-{key}>"
                        for key, text in self.document.references.items()
                    ],
                    2,
                    numbered=True,
                )
            )
        if self.document.footer:
            parts.append(f"#muted[{self._line(self.document.footer)}]")
        return parts


def _in_print(blocks: Sequence[Block]) -> list[Block | Closing]:
    """The blocks, with limits and what to read in one paragraph."""
    shown: list[Block | Closing] = []
    for block in blocks:
        last = shown[-1] if shown else None
        if isinstance(block, References) and isinstance(last, Limits):
            shown[-1] = Closing(last, block)
        else:
            shown.append(block)
    return shown


def _unfolded(blocks: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The first page's blocks: those shown at once, and those for the report's end.

    What the page folds away would keep the first figure off the first sheet.
    """
    folded: list[Block] = [b for b in blocks if isinstance(b, Details)]
    return [b for b in blocks if not isinstance(b, Details)], folded


def _columns(table: Table) -> tuple[list[Column], list[list[Cell]], list[str]]:
    """Columns and rows without columns of command lines, and what those are named.

    Nobody types a command from paper, and beside four other columns each would take
    three lines of every row.
    """
    columns, rows = table.column_list(), table.row_list()
    code = [
        len(columns) > FEW_COLUMNS
        and any(len(row[i].text) > LONG_CODE for row in rows)
        and all(row[i].text[:1] in ("`", "") for row in rows)
        for i in range(len(columns))
    ]
    kept = [i for i, dropped in enumerate(code) if not dropped]
    names = [
        inline.plain(c.text)
        for c, dropped in zip(columns, code, strict=True)
        if dropped
    ]
    return [columns[i] for i in kept], [[row[i] for i in kept] for row in rows], names


def _spread(items: Sequence[str], count: int, *, numbered: bool = False) -> str:
    """A list in small print over `count` columns of about the same height."""
    weights = [len(item) + 30 for item in items]
    total, seen = sum(weights), 0
    columns: list[list[str]] = [[] for _ in range(count)]
    for item, weight in zip(items, weights, strict=True):
        columns[min(count - 1, int(count * (seen + weight / 2) / total))].append(item)
        seen += weight
    kinds, start = [], 1
    for column in columns:
        lead = (
            f"enum(start: {start}, body-indent: .4em, spacing: .6em, "
            if numbered
            else "list(marker: none, body-indent: 0pt, spacing: .6em, "
        )
        kinds.append(lead + "".join(f"[{item}], " for item in column) + ")")
        start += len(column)
    return (
        "#[#set text(.8em)\n#set par(leading: .42em)\n"
        f"#grid(columns: (1fr,) * {count}, column-gutter: 1.2em, {', '.join(kinds)})]"
    )


_TINTED = (
    *("vanishing", "fading", "stable", "growing", "exploding"),
    *("held", "missed"),
)
