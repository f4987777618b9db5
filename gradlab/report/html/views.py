"""What the templates show: blocks turned into plain dictionaries."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gradlab.report import inline
from gradlab.report.blocks import (
    Block,
    Cell,
    Chapter,
    Details,
    Document,
    Figure,
    Formula,
    References,
    Table,
    finding_of,
)
from gradlab.report.figures.base import TableData
from gradlab.report.figures.drawn import themed
from gradlab.report.figures.scale import GLYPHS
from gradlab.report.figures.style import dark_colours
from gradlab.report.formulas import OWN
from gradlab.report.references import said
from gradlab.store.table import inert


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

MOST_ROWS = 60
"""Rows of a figure's readable table; the data link has all of them."""

View = dict[str, Any]


class Views:
    """Everything the page's template needs, for one document."""

    def __init__(
        self,
        document: Document,
        drawings: dict[str, Drawn],
        formulas: dict[str, str | None],
    ) -> None:
        self.document = document
        self.drawings = drawings
        self.terms = dict(document.glossary)
        names = [figure.name for _, figure in document.figures()]
        self.numbers = {name: i + 1 for i, name in enumerate(names)}
        self.formulas = formulas
        self.placed = 0

    def inline(self, text: str) -> Markup:
        """Inline text as HTML."""
        return Markup(inline.html(text, self.terms))

    def unlinked(self, text: str) -> Markup:
        """Inline text without links, for places that are buttons themselves."""
        return Markup(inline.html(text))

    def known_terms(self, text: str) -> list[str]:
        """Glossary terms a text links to."""
        return [
            span.text
            for span in inline.parse(text)
            if span.kind == "term" and span.text in self.terms
        ]

    def colours(self) -> list[tuple[str, str, str]]:
        """Variable name, light colour, dark colour."""
        dark = dark_colours()
        return [(f"--g{light[1:]}", light, dark[light]) for light in dark]

    def chapters(self) -> list[View]:
        """All sections, numbered."""
        return [
            {
                "number": number,
                "name": chapter.name,
                "question": chapter.question,
                "missing": chapter.missing,
                "blocks": self.blocks(chapter.blocks, chapter),
            }
            for number, chapter in enumerate(self.document.chapters, start=1)
        ]

    def blocks(self, blocks: Sequence[Block], chapter: Chapter | None) -> list[View]:
        """A view for each block."""
        return [self._block(block, chapter) for block in blocks]

    def _block(self, block: Block, chapter: Chapter | None) -> View:
        view: View = {"kind": type(block).__name__.lower(), "block": block}
        if isinstance(block, Figure):
            return view | self.figure(block, chapter)
        if isinstance(block, Table):
            return view | {"table": self.table(block)}
        if isinstance(block, Formula):
            return view | {"svg": self._formula(block)}
        if isinstance(block, References):
            known = [k for k in block.keys if k in self.document.references]
            return view | {"keys": {key: said(key) for key in known}}
        if isinstance(block, Details):
            return view | {"blocks": self.blocks(block.blocks, chapter)}
        return view

    def _formula(self, block: Formula) -> Markup | None:
        """A formula's drawing with ids of its own at each place it stands."""
        svg = self.formulas.get(block.typst)
        if svg is None:
            return None
        self.placed += 1
        return Markup(svg.replace(OWN, f"m{self.placed}-"))

    def table(self, table: Table) -> View:
        """Columns and rows with what sorting and tinting need."""
        columns = table.column_list()
        return {
            "table": table,
            "columns": columns,
            "rows": [
                [
                    self._cell(cell, columns[i].align if i < len(columns) else "left")
                    for i, cell in enumerate(row)
                ]
                for row in table.row_list()
            ],
            "sortable": table.sortable and len(table.rows) > 1,
            "groups": set(table.groups),
        }

    def _cell(self, cell: Cell, align: str) -> View:
        value = cell.sort_value
        verdict = (cell.verdict or "").replace(" ", "_")
        return {
            "text": cell.text,
            "align": align,
            "sort": None if value is None else _sortable(value),
            "glyph": GLYPHS.get(verdict, ""),
            "verdict": verdict.replace("_", "-"),
        }

    def picture(self) -> View | None:
        """The first screen's picture with its drawing."""
        picture = self.document.top.picture
        if picture is None:
            return None
        svg = _described(themed(self.drawings["top"].svg), picture.alt)
        return {"svg": Markup(svg), "caption": picture.caption}

    def figure(self, figure: Figure, chapter: Chapter | None) -> View:
        """A figure with its drawing, readings, tables and data."""
        drawn = self.drawings[figure.name]
        finding = finding_of(chapter.blocks) if chapter else ""
        return {
            "number": self.numbers[figure.name],
            "id": f"fig-{figure.name}",
            "svg": Markup(_described(themed(drawn.svg), figure.alt)),
            "tracks": Markup(
                _embedded(
                    json.dumps(drawn.tracks, ensure_ascii=False, separators=(",", ":"))
                )
            ),
            "csv": Markup(_embedded(csv_text(figure.data.table()))),
            "tables": [_readable(*item) for item in figure.data.grids()],
            "question": chapter.question if chapter else "",
            "takeaway": figure.takeaway or finding,
            "width": round(drawn.width),
            "height": round(drawn.height),
        }


def _sortable(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return ""
    return f"{value:.9g}".replace("inf", "Infinity")


def _described(svg: str, alt: str) -> str:
    """The drawing as one image with a name, its parts hidden from readers."""
    name = Markup.escape(alt)
    return svg.replace(
        "<svg ", f'<svg role="img" aria-label="{name}" focusable="false" ', 1
    )


def _embedded(text: str) -> str:
    """Text that cannot end the script element it stands in."""
    return (
        text.replace("<", "\\u003c")
        if text.startswith(("[", "{"))
        else (text.replace("</", "< /"))
    )


def csv_text(data: TableData) -> str:
    """A figure's numbers as CSV, its words as in an exported table."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns, rows = data
    for row in (columns, *rows):
        words = (inert(inline.plain(v)) if isinstance(v, str) else v for v in row)
        writer.writerow(list(words))
    return buffer.getvalue()


def _readable(title: str, data: TableData) -> View:
    columns, rows = data
    return {
        "title": title,
        "columns": columns,
        "rows": rows[:MOST_ROWS],
        "more": max(0, len(rows) - MOST_ROWS),
    }
