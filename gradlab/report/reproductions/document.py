"""The report of known results: misses first, a chapter a question.

In English; claims of the seed with their Korean.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradlab.errors import UnknownNameError
from gradlab.report import references
from gradlab.report.blocks import Cell, Chapter, Document, Table, Top
from gradlab.report.inline import literal
from gradlab.report.numbers import duration, listed
from gradlab.report.references import ENTRIES
from gradlab.report.reproductions.numbers import allowed, closest, expected, number
from gradlab.report.reproductions.row import blocks, verdict_cell
from gradlab.reproductions.expectation import KINDS
from gradlab.reproductions.row import Reproduced


BANNER = (
    "Each number is measured: a cell is run along a trajectory, a measure is taken, "
    "and the store is read. It is compared with a closed form or a published number, "
    "within a tolerance that was fixed beforehand."
)


def compose(rows: Sequence[Reproduced], command: str, stem: str = "report") -> Document:
    """Return the report of some rows.

    Args:
        rows: what came out.
        command: that makes it.
        stem: of its files' names.

    Raises:
        UnknownNameError: a row names a source that is not in the list of references.
    """
    ordered = sorted(rows, key=_order)
    keys = sorted({key for row in rows for key in row.expectation.source})
    for key in keys:
        if key not in references.WORKS:
            raise UnknownNameError.among("source", key, references.WORKS)
    questions = list(dict.fromkeys(row.expectation.question for row in ordered))
    return Document(
        title="gradlab: what is known, reproduced",
        top=_top(ordered),
        chapters=[
            _chapter(place, question, ordered)
            for place, question in enumerate(questions, 1)
        ],
        references={key: ENTRIES[key] for key in keys},
        footer=f"Written by `{command}`.",
        stem=stem,
        translated=False,
    )


def _order(row: Reproduced) -> tuple[bool, int, str, str]:
    """Return the place of a row: misses first, then by kind and question."""
    asked = row.expectation
    return row.held, KINDS.index(asked.kind), asked.question, row.name


def _chapter(place: int, question: str, rows: Sequence[Reproduced]) -> Chapter:
    own = [row for row in rows if row.expectation.question == question]
    return Chapter(
        f"question-{place}", question, [block for row in own for block in blocks(row)]
    )


def _top(rows: Sequence[Reproduced]) -> Top:
    count = sum(len(row.comparisons) for row in rows)
    spent = sum(row.seconds for row in rows)
    return Top(
        provenance=f"{_counted(len(rows), 'row')} · {_counted(count, 'comparison')} · "
        f"{duration(spent)} of computing",
        banner=BANNER,
        headline=[headline(rows)],
        sentences=sentences(rows),
        table=_table(rows),
    )


def headline(rows: Sequence[Reproduced]) -> str:
    """Say how many rows come out, and which do not."""
    missed = [row.name for row in rows if not row.held]
    if not missed:
        one = len(rows) == 1
        which = (
            "The known result comes" if one else f"All {len(rows)} known results come"
        )
        return f"{which} out within tolerance."
    held = len(rows) - len(missed)
    verb = "does" if len(missed) == 1 else "do"
    return (
        f"{held} of {len(rows)} known results come out within tolerance; "
        f"{literal(listed(missed))} {verb} not."
    )


def sentences(rows: Sequence[Reproduced]) -> list[str]:
    """Say what kinds of rows there are, and how each came out."""
    lines = []
    for kinds, noun in (
        (("law", "published", "exact"), "published results and exact laws"),
        (("misconception",), "misconceptions, each with what corrects it"),
        (("seed",), "claims of the introduction that this project grew from"),
        (("identity",), "identities, which compare a formula with itself: not counted"),
    ):
        own = [row for row in rows if row.expectation.kind in kinds]
        if own:
            held = sum(row.held for row in own)
            lines.append(f"{held} of {len(own)} within tolerance: {noun}.")
    return lines


def _table(rows: Sequence[Reproduced]) -> Table:
    return Table(
        ["row", "kind", "measured", "expected", "tolerance", "within"],
        [_line(row) for row in rows],
        "Every row, misses first; of its comparisons the one that is closest to the "
        "edge of its tolerance, or furthest beyond.",
        "rows",
    )


def _line(row: Reproduced) -> list[Cell | str]:
    name = f"`{row.name}`"
    kind = row.expectation.kind
    if not row.comparisons:
        missing = "–"
        last = verdict_cell("not measured", held=False)
        return [name, kind, missing, missing, missing, last]
    worst = closest(row.comparisons)
    held = sum(one.held for one in row.comparisons)
    return [
        name,
        kind,
        number(worst.measured),
        expected(worst),
        allowed(worst),
        verdict_cell(f"{held} of {len(row.comparisons)}", row.held),
    ]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
