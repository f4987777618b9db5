"""One row of the report: what is claimed, what was measured, a figure, the law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradlab import catalog
from gradlab.report.blocks import (
    Block,
    Cell,
    Command,
    Finding,
    Formula,
    Prose,
    References,
    Table,
)
from gradlab.report.inline import literal
from gradlab.report.numbers import listed
from gradlab.report.reproductions.figure import figures
from gradlab.report.reproductions.numbers import (
    allowed,
    closest,
    exact,
    expected,
    number,
)
from gradlab.reproductions.comparison import Comparison
from gradlab.reproductions.row import Reproduced


SEEN = {
    "text": "source read",
    "abstract": "abstract of the source read",
    "secondary": "source read in other works",
    "derived": "derived here",
}
"""Provenance in words."""


def blocks(row: Reproduced) -> list[Block]:
    """Return what the report says of a row."""
    asked = row.expectation
    found: list[Block] = [Finding(asked.claim), Prose(_about(row))]
    slide = _slide(row)
    if slide:
        found.append(
            Table(["what", "in words"], slide, "", f"slide-{row.name}", sortable=False)
        )
    if row.comparisons:
        found.append(_table(row))
        found += figures(row)
    for name in dict.fromkeys(one.law for one in asked.compare if one.law):
        law: Any = catalog.get("laws", name)
        found += [Prose(law.statement), Formula(law.equation, law.spoken)]
    found.append(Command(f"gradlab reproduce {row.name}"))
    return [*found, References(asked.source)] if asked.source else found


def outcome(row: Reproduced) -> str:
    """Say how many comparisons are within tolerance."""
    count = len(row.comparisons)
    held = sum(one.held for one in row.comparisons)
    if row.failure:
        return "not measured"
    if held == count:
        return "within tolerance" if count == 1 else f"all {count} within tolerance"
    return f"missed: {held} of {count} within tolerance"


def _about(row: Reproduced) -> str:
    """Return name, kind, outcome and provenance on a line."""
    asked = row.expectation
    verdict = outcome(row) if row.held else f"**{outcome(row)}**"
    parts = [f"`{row.name}`", asked.kind, verdict, SEEN[asked.seen]]
    line = " · ".join(parts)
    return f"{line}. {literal(row.failure)}" if row.failure else line


def _slide(row: Reproduced) -> list[list[str]]:
    """Return the lines of a misconception, or of a claim of the seed."""
    asked = row.expectation
    if asked.kind == "misconception":
        lines = [
            ["as it is taught", str(asked.wrong)],
            ["measured", _measured(row)],
            ["corrected", str(asked.corrected)],
        ]
    elif asked.kind == "seed":
        lines = [
            [f"주장 {asked.number}", str(asked.claim_ko)],
            ["measured", _measured(row)],
            [f"claim {asked.number}", f"**{asked.outcome}**"],
        ]
    else:
        return []
    return [line for line in lines if line[1]]


def _measured(row: Reproduced) -> str:
    """Return what was measured as a phrase: the numbers without an axis."""
    alone = [one for one in row.comparisons if one.place is None]
    return "; ".join(
        f"{one.label}: {number(one.measured)}{_unit(one)}" for one in alone
    )


def _unit(one: Comparison) -> str:
    return f" {one.unit}" if one.unit else ""


def _table(row: Reproduced) -> Table:
    """Return a line for each entry, of several places the one closest to the edge."""
    labels = [asked.label for asked in row.expectation.compare]
    own = [[c for c in row.comparisons if c.label == label] for label in labels]
    several = any(len(part) > 1 for part in own)
    reduced = {asked.reduce for asked in row.expectation.compare}
    seeds = max(one.seeds for one in row.comparisons)
    how = listed(sorted(_REDUCED[name] for name in reduced))
    caption = f"{seeds} seed{'s' * (seeds > 1)}; {how}."
    if several:
        caption += " Of several places the one closest to the edge of its tolerance."
    return Table(
        ["what", "measured", "expected", "tolerance", "outcome"],
        [_line(part) for part in own],
        caption,
        sortable=False,
    )


_REDUCED = {
    "mean": "the mean over them",
    "median": "the median",
    "min": "the lowest",
    "max": "the highest",
    "all": "the one closest to the edge, since each has to hold",
}


def _line(own: Sequence[Comparison]) -> list[Cell | str]:
    worst = closest(own)
    held = sum(one.held for one in own)
    where = ""
    if worst.place is not None:
        where = f", at {literal(worst.along.replace('_', ' '))} {exact(worst.place)}"
    words = "within tolerance" if held == len(own) else "missed"
    if len(own) > 1:
        words = f"{held} of {len(own)}"
    return [
        f"{worst.label}{where}",
        f"{number(worst.measured)}{_unit(worst)}",
        expected(worst),
        allowed(worst),
        verdict_cell(words, held == len(own)),
    ]


def verdict_cell(words: str, held: bool) -> Cell:
    """Return a cell that is tinted by whether all is within tolerance."""
    return Cell(words, verdict="held" if held else "missed")
