"""Reproduced rows on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gradlab.cli.live import PlainView, RichView
from gradlab.cli.screen import Screen, counted, fold, hanging
from gradlab.progress.events import Event, PointsDone, Started
from gradlab.progress.state import State
from gradlab.report.inline import plain
from gradlab.report.numbers import MINUS
from gradlab.report.reproductions.numbers import (
    allowed,
    closest,
    edge,
    expected,
    number,
)


if TYPE_CHECKING:
    from gradlab.reproductions.comparison import Comparison
    from gradlab.reproductions.expectation import Expectation
    from gradlab.reproductions.row import Reproduced

HELD, MISSED = "●", "✕"


class RowProgress:
    """How far one row is, on stderr; a context manager that leaves nothing moving."""

    def __init__(self, label: str, screen: Screen) -> None:
        self._label = label
        self._state = State()
        self._view: PlainView | RichView
        if screen.terminal:
            self._view = RichView(screen, lambda s, _: [self._line(s)], transient=True)
        else:
            self._view = PlainView(screen, line=self._line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._view.close()

    def take(self, event: Event) -> None:
        """Count an event, and show what is new."""
        self._state.take(event)
        if isinstance(event, Started | PointsDone) and self._unfinished():
            self._view.draw(self._state)

    def _unfinished(self) -> bool:
        return self._state.done < self._state.total

    def _line(self, state: Any) -> str:
        return f"  {self._label}: {state.done:,}/{state.total:,} points"


def line(row: Reproduced, wide: int) -> str:
    """Return a row on a line: glyph, name, measured, expected, tolerance."""
    glyph = HELD if row.held else MISSED
    head = f"{glyph} {row.name:<{wide}}"
    if row.failure:
        return f"{head}  not measured"
    held = sum(one.held for one in row.comparisons)
    worst = closest(row.comparisons)
    return f"{head}  {held:>2}/{len(row.comparisons):<2}  {numbers_of(worst)}"


def numbers_of(one: Comparison) -> str:
    """Return measured, expected and tolerance in words."""
    sign = {"equal": "", "at_most": "+ ", "at_least": f"{MINUS} "}[one.relation]
    text = f"{number(one.measured)} for {expected(one)} {sign}{allowed(one)}"
    return plain(text)


def show_end(rows: Sequence[Reproduced], files: Sequence[Path], screen: Screen) -> None:
    """Print what missed, how many rows came out, and the report's files."""
    screen.line()
    for row in rows:
        if not row.held:
            _show_miss(row, screen)
    held = sum(row.held for row in rows)
    screen.line(f"{held} of {counted(len(rows), 'row')} within tolerance")
    for place, file in enumerate(files):
        screen.line(f"{'' if place else 'report':<7}{file}")


def _show_miss(row: Reproduced, screen: Screen) -> None:
    screen.paragraph(f"{MISSED} {row.name}: {plain(row.expectation.claim)}", "  ")
    if row.failure:
        screen.paragraph(f"  {row.failure}", "  ")
    for one in row.comparisons:
        if not one.held:
            where = "" if one.place is None else f" at {one.along} {one.place}"
            screen.paragraph(f"  {plain(one.label)}{where}: {numbers_of(one)}", "    ")
    screen.line()


def show_list(rows: Sequence[tuple[str, Expectation]], screen: Screen) -> None:
    """Print every row: name, kind, minutes, claim."""
    table: list[tuple[str, ...]] = [("row", "kind", "min", "what is known")]
    table += [
        (name, asked.kind, f"{asked.minutes:g}", plain(asked.wrong or asked.claim))
        for name, asked in rows
    ]
    for text in hanging(table):
        screen.line(text)
    screen.line()
    minutes = sum(asked.minutes for _, asked in rows if not asked.training)
    training = sum(asked.training for _, asked in rows)
    last = f"{counted(len(rows), 'row')}, about {minutes:.0f} minutes"
    if training:
        last += f" without the {training} that train networks (--training)"
    screen.line(fold(last))


def summary(rows: Sequence[Reproduced], files: Sequence[Path]) -> dict[str, Any]:
    """Return everything that was measured, for JSON."""
    return {
        "held": sum(row.held for row in rows),
        "rows": [
            {
                **summary_of_expectation(row.name, row.expectation),
                "digest": row.digest,
                "held": row.held,
                "failure": row.failure,
                "seconds": row.seconds,
                "folder": row.folder,
                "comparisons": [
                    asdict(one) | {"edge": edge(one)} for one in row.comparisons
                ],
            }
            for row in rows
        ],
        "report": list(files),
    }


def summary_of_expectation(name: str, asked: Expectation) -> dict[str, Any]:
    """Return a row's words and source, for JSON."""
    given = asked.model_dump(exclude={"compare"}, exclude_none=True)
    return {"name": name, **given}
