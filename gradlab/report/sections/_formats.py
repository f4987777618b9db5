"""Where number formats would lose the gradient: a table and a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report import numbers
from gradlab.report.blocks import Block, Cell, Column, Prose, Table
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, rank, said
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

FORMATS = ("float16", "bfloat16", "float32")
ENDED = ("dead", "not_finite")


def formats(rows: Sequence[Row], w: ModuleType, story: Story) -> list[Block]:
    """Say where these networks would underflow or overflow; nothing if not measured.

    Networks whose product is an exact zero or not finite anyway are left out.
    """
    told = [r for r in rows if _measured(r) and r.size().word not in ENDED]
    if not told:
        return []
    shown = rank.sample(tuple(told), SHOWN)
    table = Table(
        columns=[Column(w.FORMAT_NETWORK), *(Column(f, "right") for f in FORMATS)],
        rows=[[Cell(r.label), *(_cell(r, form, w) for form in FORMATS)] for r in shown],
        caption=w.FORMAT_CAPTION,
        name="formats",
        groups=own.family_groups(shown),
        notes=_notes(told, w, story),
    )
    return [Prose(_sentence(told, w, story)), table]


def lag(row: Row, form: str, kind: str) -> float:
    """The median seed's lag; inf where it is not within T, NaN where not measured."""
    found = row.values("finite_precision", block=form, index=kind)
    return float(np.median(found)) if found.size else math.nan


def _measured(row: Row) -> bool:
    return all(not math.isnan(lag(row, form, "underflow")) for form in FORMATS)


def _cell(row: Row, form: str, w: ModuleType) -> Cell:
    under, over = lag(row, form, "underflow"), lag(row, form, "overflow")
    if over < under:
        steps = numbers.steps(over, row.length)
        return Cell(say(w.FORMAT_OVER, steps=steps), over)
    order = under if math.isfinite(under) else 2.0 * row.length
    return Cell(numbers.steps(under, row.length), order)


def _sentence(rows: Sequence[Row], w: ModuleType, story: Story) -> str:
    """How many networks the narrowest and the usual format would lose, and where."""
    names = story.words("names")
    length = f"{max(r.length for r in rows):,}"
    half, _, single = FORMATS
    lost = [r for r in rows if lag(r, half, "underflow") < math.inf]
    grown = [r for r in rows if lag(r, half, "overflow") < math.inf]
    over = say(w.FORMAT_GROWN, count=len(grown)) if grown else ""
    if not lost:
        return say(w.FORMAT_NONE, count=len(rows), half=half, length=length, over=over)
    first = min(lost, key=lambda r: lag(r, half, "underflow"))
    wider = sum(lag(r, single, "underflow") < math.inf for r in rows)
    return say(
        w.FORMAT_ONE if len(rows) == 1 else w.FORMAT_LOST,
        half=half,
        lost=len(lost),
        count=len(rows),
        length=length,
        first=said.name(first, names),
        steps=numbers.steps(lag(first, half, "underflow"), first.length),
        single=single,
        wider=wider or w.FORMAT_NO_ROW,
        also=w.FORMAT_ALSO if wider else w.FORMAT_NOT,
        over=over,
    )


def _notes(rows: Sequence[Row], w: ModuleType, story: Story) -> list[str]:
    """What the lags are, where norms end sooner, where units come to rest."""
    half = FORMATS[0]
    grown = any(lag(r, f, "overflow") < math.inf for r in rows for f in FORMATS)
    over = w.FORMAT_RULE_OVER if grown else ""
    notes = [say(w.FORMAT_RULE, over=over), w.FORMAT_NORMS]
    stalled = [r for r in rows if lag(r, half, "stalled") < math.inf]
    if stalled:
        first = min(stalled, key=lambda r: lag(r, half, "stalled"))
        name = said.name(first, story.words("names"))
        steps = numbers.steps(lag(first, half, "stalled"), first.length)
        notes.append(say(w.FORMAT_STALL, half=half, name=name, steps=steps))
    return notes
