"""The control of forget and input gate: a map of their biases."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.blocks import Cell, Figure, Table
from gradlab.report.evidence.networks import BIASES
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Size, Slice, labels, slices
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

FEW, MOST = 4, 8
"""Networks of which a table says as much as a map; biases a map has room for."""


def block(
    finding: str, story: Story, w: ModuleType
) -> tuple[Figure | Table, list[Row]] | None:
    """What is left by both biases, where each was swept with each.

    Two biases of each gate as a table, more as a map.
    """
    found = _crossed(story)
    if found is None:
        return None
    part, rows = found
    points = own.points_of(rows, -1)
    names = story.words("names")
    forgets, inputs = _biases(rows)
    at = {_pair(row): row for row in rows}
    sizes = [[at[f, i].size() for i in inputs] for f in forgets]
    heads = [f"{w.FORGET} {labels.bias_value(f, names)}" for f in forgets]
    columns = [labels.bias_value(i, names) for i in inputs]
    texts = [
        say(
            w.CONTROL_CAPTION,
            cell=labels.cell_name(rows[0].cell, names),
            length=f"{rows[0].length:,}",
        ),
        w.CONTROL_CHRONO if "chrono" in forgets else "",
        own.left_out(story, part, len(rows), len(part.rows), sampled=False),
    ]
    if len(rows) <= FEW:
        caption = own.caption(story, part, points, *texts, bands=False)
        lines: list[list[Cell | str]] = [
            [head, *(_cell(size, names) for size in line)]
            for head, line in zip(heads, sizes, strict=True)
        ]
        heading = [w.FORGET, *(f"{w.INPUT} {value}" for value in columns)]
        table = Table(heading, lines, caption, name="control", sortable=False)
        return table, rows
    cells = [
        say(
            w.CONTROL_CELL,
            forget=labels.bias_value(f, names),
            input=labels.bias_value(i, names),
            left=inline.plain(numbers.left(at[f, i].size().ln)),
        )
        for f in forgets
        for i in inputs
    ]
    drawn = Figure(
        name="control",
        data=Heatmap(
            rows=heads,
            columns=columns,
            values=[[size.ln for size in line] for line in sizes],
            verdicts=[[size.word for size in line] for line in sizes],
            column_name=w.INPUT,
        ),
        alt=say(w.CONTROL_ALT, cells="; ".join(cells)),
        caption=own.caption(story, part, points, *texts, w.CONTROL_POWERS, bands=False),
        takeaway=finding,
        draft=own.draft(story, w.CONTROL_DRAFT, part, points),
    )
    return drawn, rows


def _cell(size: Size, names: ModuleType) -> Cell:
    text = f"{numbers.left(size.ln)} {names.VERDICTS[size.word]}"
    return Cell(text, verdict=size.word)


def _crossed(story: Story) -> tuple[Slice, list[Row]] | None:
    """Networks alike but for two or more biases of each gate, all pairs of them."""
    for grid in story.varying("input_bias"):
        part = story.cut(grid, own=("length",))
        groups: dict[str, list[Row]] = {}
        for row in part.rows:
            alike = {
                a: row.params.get(a)
                for a in ("cell", *slices.OTHER_AXES)
                if a not in BIASES
            }
            if row.size().word:
                groups.setdefault(repr(alike), []).append(row)
        for rows in groups.values():
            forgets, inputs = _biases(rows)
            many = 1 < len(forgets) <= MOST and 1 < len(inputs) <= MOST
            if many and len({_pair(r) for r in rows}) == len(forgets) * len(inputs):
                return part, rows
    return None


def _biases(rows: Sequence[Row]) -> tuple[list[object], list[object]]:
    """The biases of the forget and of the input gate, in order of appearance."""
    pairs = [_pair(row) for row in rows]
    return list(dict.fromkeys(f for f, _ in pairs)), list(
        dict.fromkeys(i for _, i in pairs)
    )


def _pair(row: Row) -> tuple[object, object]:
    return row.params.get("forget_bias"), row.params.get("input_bias")
