"""The line-up table under the sentences, and what stands below it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.axes import LABELS
from gradlab.report import numbers
from gradlab.report.blocks import Block, Cell, Column, Details, Prose, Table
from gradlab.report.story import rank, said
from gradlab.report.story.rows import Row
from gradlab.report.top import learning
from gradlab.report.top.headline import plain_message
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story

SHOWN, ODD = 24, 3
LONGEST = 300
TABLED = 2_000
"""Rows of the table of all networks: more would make the page heavy to open."""


def table(story: Story) -> Table | None:
    """The line-up, one row a network; more than 24: the extremes and the median."""
    if not any(r.size().word for r in story.main.rows):
        return learning.table(story)
    rows = rank.sample(story.main.rows, SHOWN)
    return rows_table(story, rows, len(story.main.rows), name="line-up")


def rows_table(story: Story, rows: Sequence[Row], count: int, name: str) -> Table:
    """A table of these rows out of `count`."""
    w, names = story.words("top"), story.words("names")
    lengths = columns_of(sorted({n for r in rows for n in r.lengths}))
    ranked = any(not math.isnan(rank.directions(r)) for r in rows)
    columns = [
        Column(w.NETWORK),
        Column(w.KEPT, "right", w.KEPT_NOTE),
        Column(w.HORIZON, "right"),
    ]
    columns += [
        Column(say(w.LEFT, length=n), "right", say(w.LEFT_NOTE, length=n))
        for n in lengths
    ]
    if ranked:
        columns.append(Column(w.DIRECTIONS, "right"))
    columns.append(Column(say(w.VERDICT, length=f"{lengths[-1]:,}")))
    body = [_row(r, lengths, ranked, w, names) for r in rows]
    return Table(
        columns=columns,
        rows=body,
        caption=w.CAPTION,
        name=name,
        groups=tuple(
            i for i in range(1, len(rows)) if rows[i].family != rows[i - 1].family
        ),
        notes=_notes(story, rows, count, lengths[-1], ranked, w, names),
    )


def columns_of(lengths: Sequence[int]) -> list[int]:
    """At most three lengths: first, middle, last."""
    if len(lengths) <= 3:
        return list(lengths)
    return [lengths[0], lengths[len(lengths) // 2], lengths[-1]]


def _row(
    row: Row, lengths: Sequence[int], ranked: bool, w: ModuleType, names: ModuleType
) -> list[Cell]:
    rate, size = row.rate(), row.size()
    horizon = row.horizon()
    cells = [
        Cell(row.label),
        Cell(
            numbers.kept_interval(rate.mean, rate.low, rate.high), _sortable(rate.mean)
        ),
        Cell(numbers.steps(horizon, row.length), _sortable(horizon, 2.0 * row.length)),
    ]
    cells += [_left(row, n) for n in lengths]
    if ranked:
        found = rank.directions(row)
        cells.append(Cell(numbers.directions(found), _sortable(found)))
    word = names.VERDICTS[size.word]
    if size.dead and size.word != "dead":
        word += say(w.SOME_DEAD, count=size.dead, seeds=size.seeds)
    cells.append(Cell(word, _sortable(size.ln), size.word or None))
    return cells


def _left(row: Row, length: int) -> Cell:
    if length not in row.by_length:
        return Cell(numbers.MISSING, -math.inf)
    ln = row.size(length).ln
    return Cell(numbers.left(ln), _sortable(ln))


def _sortable(value: float, infinite: float = 1e300) -> float:
    if math.isnan(value) or value == -math.inf:
        return -1e300
    return infinite if value == math.inf else value


def _notes(
    story: Story,
    rows: Sequence[Row],
    count: int,
    length: int,
    ranked: bool,
    w: ModuleType,
    names: ModuleType,
) -> list[str]:
    censored = any(r.horizon() == math.inf for r in rows)
    template = w.NOTE_HORIZON if censored else w.NOTE_HORIZON_PLAIN
    notes = [say(template, length=f"{length:,}")]
    if ranked:
        most = max(rank.state_size(r) for r in rows)
        notes.append(say(w.NOTE_DIRECTIONS, length=f"{length:,}", most=most))
    if count > len(rows):
        where = w.IN_TABLE if count <= TABLED else w.IN_EXPORT
        notes.append(say(w.NOTE_TOLD, shown=len(rows), count=count, where=where))
    if any(r.bias == "chrono" for r in rows):
        notes.append(w.NOTE_CHRONO)
    return [*notes, *odd_seeds(rows, w, names)]


def odd_seeds(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> list[str]:
    """A line for each row with dead seeds, or some not finite, of the first rows."""
    odd = [note for r in rows if (note := _odd(r, w, names))]
    more = [say(w.NOTE_MORE_ODD, count=len(odd) - ODD)] if odd[ODD:] else []
    return [*odd[:ODD], *more]


def _odd(row: Row, w: ModuleType, names: ModuleType) -> str:
    size = row.size()
    if not (size.dead or size.broken):
        return ""
    if size.word in ("dead", "not_finite") or size.broken > size.dead:
        template = w.ODD_DEAD if size.word == "dead" else w.ODD_BROKEN
    else:
        template = w.ODD_DEAD
    count = size.dead if template == w.ODD_DEAD else size.broken
    what = say(template, count=count, seeds=max(size.seeds, count))
    if math.isfinite(size.step):
        what += say(w.ODD_STEP, step=f"{size.step:.0f}")
    return say(w.NOTE_ODD, Name=capital(said.name(row, names)), what=what)


def after(story: Story) -> list[Block]:
    """What follows the table: how its numbers are made and what is held, folded."""
    w = story.words("top")
    blocks: list[Block] = []
    if story.main.rows:
        blocks.append(Details(w.MADE, [Prose(text) for text in _made(story, w)]))
    if story.failed:
        blocks.append(_failed(story, w))
    return blocks


def _made(story: Story, w: ModuleType) -> list[str]:
    """How the table's numbers are made, its signs, and what is held."""
    rows = story.main.rows
    t = [numbers.fraction(v) for v in story.thresholds]
    texts = [say(w.NOTE_RULE, t0=t[0], t1=t[1], t2=t[2], t3=t[3])]
    if any(0 < len(r.points()) < 3 for r in rows):
        texts.append(w.NOTE_FEW_SEEDS)
    seeds = story.seeds_text([p for r in rows for p in r.points()])
    texts.append(say(w.NOTE_HOW, seeds=seeds))
    held = [story.reference_values(story.main.fixed), seeds]
    biases = {str(r.bias).partition(":")[0] for r in rows}
    held += [w.REF_BIAS] * ("keep" in biases)
    texts.append(say(w.REFERENCE, values="; ".join(v for v in held if v)))
    return [*texts, w.LEGEND]


def _failed(story: Story, w: ModuleType) -> Block:
    counted = Counter(_message(p) for p in story.failed)
    example = {_message(p): _told(p) for p in reversed(story.failed)}
    rows = [
        [Cell(f"{n:,}", n), Cell(message), Cell(example[message])]
        for message, n in counted.most_common(12)
    ]
    return Table(list(w.FAILED_COLUMNS), rows, w.FAILED_CAPTION, name="failed")


def _message(point) -> str:
    """Why a point failed, as far as a table has room; `gradlab status` has it all."""
    text = point.message or ""
    return plain_message(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")


def _told(point) -> str:
    keys = (*LABELS, "seed")
    parts = [
        f"{k}={point.params.get(k)}" for k in keys if point.params.get(k) is not None
    ]
    return f"`{' '.join(parts)}`"
