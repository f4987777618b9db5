"""One row of the report: finding, table, figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gradlab import catalog
from gradlab.report.blocks import (
    Block,
    Command,
    Finding,
    Formula,
    Prose,
    References,
    Table,
)
from gradlab.report.inline import literal
from gradlab.report.numbers import MINUS, significant
from gradlab.report.reproductions.figure import figures
from gradlab.reproductions.comparison import Comparison
from gradlab.reproductions.row import Reproduced


SEEN = {
    "text": "the source was read in full",
    "abstract": "of the source the abstract was read",
    "secondary": "the source was read in other works",
    "derived": "derived here",
}
"""Provenance in words."""


def blocks(row: Reproduced) -> list[Block]:
    """Return what the report says of a row."""
    asked = row.expectation
    found: list[Block] = [Finding(_finding(row))]
    if asked.wrong is not None:
        found.append(
            Table(
                ["", ""],
                [
                    ["as it is taught", asked.wrong],
                    ["as it is measured", str(asked.corrected)],
                ],
                "",
                sortable=False,
            )
        )
    if asked.claim_ko is not None:
        found.append(Prose(f"{asked.claim_ko} **{asked.outcome}.**"))
    if row.failure:
        return [*found, Prose(f"Not measured. {literal(row.failure)}")]
    found.append(_table(row))
    found += figures(row)
    for name in dict.fromkeys(one.law for one in asked.compare if one.law):
        law: Any = catalog.get("laws", name)
        found += [Prose(law.statement), Formula(law.equation, law.spoken)]
    note = f"{SEEN[asked.seen][0].upper()}{SEEN[asked.seen][1:]}."
    found.append(Command(f"gradlab reproduce {row.name}", note))
    return [*found, References(asked.source)]


def _finding(row: Reproduced) -> str:
    held = sum(one.held for one in row.comparisons)
    count = len(row.comparisons)
    if row.failure:
        outcome = "not measured"
    elif row.held:
        outcome = "within tolerance" if count == 1 else f"all {count} within tolerance"
    else:
        outcome = f"missed: {held} of {count} within tolerance"
    return f"{row.expectation.claim} ({literal(row.name)}: {outcome}.)"


def _table(row: Reproduced) -> Table:
    """Return a line for each entry, of several places the one closest to the edge."""
    lines = []
    for asked in row.expectation.compare:
        own = [one for one in row.comparisons if one.label == asked.label]
        worst = closest(own)
        held = sum(one.held for one in own)
        where = "" if worst.place is None else f", at {worst.along} {worst.place}"
        outcome = "within" if held == len(own) else "**missed**"
        lines.append(
            [
                f"{asked.label}{literal(where)}",
                number(worst.measured),
                number(worst.expected),
                tolerance(worst),
                outcome if len(own) == 1 else f"{held} of {len(own)} {outcome}",
            ]
        )
    return Table(
        ["what", "measured", "expected", "tolerance", "outcome"],
        lines,
        "Mean over seeds unless said otherwise; where there are several places, the "
        "one closest to the edge of its tolerance.",
        sortable=False,
    )


def closest(comparisons: Sequence[Comparison]) -> Comparison:
    """Return the comparison that is closest to the edge, or furthest beyond."""
    return max(comparisons, key=edge)


def edge(one: Comparison) -> float:
    """Return how far measured is from expected on the wrong side, in tolerances."""
    gap = one.measured - one.expected
    if math.isnan(gap):
        return 0.0 if one.held else math.inf
    sign = {"equal": abs(gap), "at_most": gap, "at_least": -gap}
    return sign[one.relation] / one.allowed if one.allowed else math.inf


def number(value: float) -> str:
    """Return a number with four figures: ``−0.06459``, ``5.6·10^{−16}``."""
    if value and math.isfinite(value) and not 1e-3 <= abs(value) < 1e6:
        exponent = math.floor(math.log10(abs(value)))
        mantissa = f"{value / 10**exponent:.1f}".replace("-", MINUS)
        return f"{mantissa}·10^{{{exponent}}}"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return significant(value, 4)


def tolerance(one: Comparison) -> str:
    """Return how far measured may be: ``± 0.02``, ``≤ 0.02 above``."""
    allowed = number(float(f"{one.allowed:.2g}")).rstrip("0").removesuffix(".")
    return {
        "equal": f"± {allowed}",
        "at_most": f"≤, and {allowed} above",
        "at_least": f"≥, and {allowed} below",
    }[one.relation]
