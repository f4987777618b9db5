"""A diagnosis in a notebook: its answer, a row for each layer, the best remedy."""

from __future__ import annotations

from html import escape

from gradlab.diagnosis import Diagnosed
from gradlab.report import inline
from gradlab.report.blocks import Cell, Column
from gradlab.report.diagnosis import top
from gradlab.report.figures.scale import GLYPHS
from gradlab.report.words import speaking


def table(diagnosis: Diagnosed) -> str:
    """Return HTML without styles or scripts of its own."""
    best = diagnosis.best
    with speaking("en"):
        layers = top.layer_table(diagnosis)
        first, second = top.provenance(diagnosis), top.parity(diagnosis)
        lines = [*top.headline(diagnosis), *top.answer(diagnosis)]
    head = "".join(f"<th>{_head(column)}</th>" for column in layers.column_list())
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>"
        for row in layers.row_list()
    )
    parts = [
        f"<p>{inline.html(first)}<br>{inline.html(second)}</p>",
        f"<p><b>{inline.html(lines[0])}</b></p>",
        "".join(f"<p>{inline.html(line)}</p>" for line in lines[1:]),
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
    ]
    if best is not None:
        again = "; replaces learned weights: train again" if diagnosis.trained else ""
        title = escape(f"{best.title}{again}")
        parts.append(f"<p>{title}:</p><pre>{escape(best.code)}</pre>")
    return f"<div>{''.join(parts)}</div>"


def _head(column: Column) -> str:
    return inline.html(column.text.rstrip("*†"))


def _cell(cell: Cell) -> str:
    glyph = GLYPHS.get(cell.verdict or "", "")
    return f"{glyph} {inline.html(cell.text)}".strip()
