"""The headline, by rules with guards."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report import numbers
from gradlab.report.story import labels, rank, said
from gradlab.report.story.rows import Row
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story

LOSES = ("vanishing", "fading", "dead")
DECIDED = ("vanishing", "fading", "stable", "growing", "exploding")
ALMOST_FROM, ALMOST_TO = 0.9, 2.0
"""Ratio of horizons within which a default cell loses "almost as fast"."""


def headline(story: Story) -> tuple[str, ...]:
    """One or two lines: the first rule whose guard holds."""
    w, names = story.words("top"), story.words("names")
    empty = _empty(story, w)
    if empty:
        return empty
    rows = tuple(r for r in story.main.rows if r.size().word)
    if not rows:
        return w.NO_SIZE
    if len(rows) == 1:
        return _one(rows[0], w, names)
    return (
        _uniform(rows, w, names)
        or _mission(story, rows, w)
        or _all_vanish(rows, w, names)
        or _nothing_vanishes(rows, w, names)
        or _generic(rows, w, names)
    )


def _one(row: Row, w: ModuleType, names: ModuleType) -> tuple[str, ...]:
    size, horizon = row.size(), row.horizon()
    template = {
        "vanishing": w.ONE_VANISHES if horizon <= row.length else w.ONE_DECAYS,
        "fading": w.ONE_FADES,
        "stable": w.ONE_HOLDS,
        "growing": w.ONE_GROWS,
        "exploding": w.ONE_EXPLODES,
    }.get(size.word, w.ONE_OTHER)
    return _fill(
        template,
        Name=said.name_capital(row, names),
        fate=said.fate(row, names),
        steps=numbers.steps(horizon, row.length),
        length=f"{row.length:,}",
        left=numbers.left(size.ln),
    )


def _empty(story: Story, w: ModuleType) -> tuple[str, ...]:
    if story.done:
        return ()
    points = story.results.points
    if not points:
        return w.NOTHING_ASKED
    count = f"{len(points):,}"
    if not story.failed:
        return _fill(w.NOT_YET, count=count)
    message = story.failed[0].message or "(no message)"
    return _fill(w.NOTHING, count=count, message=plain_message(message))


def plain_message(message: str) -> str:
    """A message as text: one line, without marks of inline text."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    return "".join("\\" + c if c in "*`^_[\\" else c for c in first)


def _uniform(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> tuple[str, ...]:
    words = {r.size().word for r in rows}
    shared = {"all": all_rows(rows, w), "All": capital(all_rows(rows, w))}
    shared["length"] = f"{_length(rows):,}"
    if words == {"dead"}:
        return _fill(w.ALL_DEAD, **shared)
    if words == {"not_finite"}:
        return _fill(w.ALL_BROKEN, **shared)
    if words <= {"dead", "not_finite"}:
        return _fill(w.ALL_ENDED, counts=counts(rows, w, names), **shared)
    if words == {"undetermined"}:
        return _fill(w.ALL_UNDETERMINED, **shared)
    if words == {"exploding"}:
        ordered = sorted(rows, key=lambda r: r.size().ln)
        return _fill(
            w.ALL_EXPLODE,
            line=numbers.fraction(rows[0].thresholds[3]),
            Calmest=_with_times(ordered[0], names),
            worst=said.name(ordered[-1], names)
            + f" ({numbers.times(ordered[-1].size().ln)} times)",
            **shared,
        )
    return ()


def _with_times(row: Row, names: ModuleType) -> str:
    return f"{said.name_capital(row, names)} ({numbers.times(row.size().ln)} times)"


def plain_row(rows: Sequence[Row]) -> Row | None:
    """The plain RNN at reference values, or None."""
    return next((r for r in rows if r.key == "rnn"), None)


def default_row(rows: Sequence[Row], cell: str) -> Row | None:
    """A gated cell at PyTorch's default bias and reference values, or None."""
    return next((r for r in rows if r.key == f"{cell}_0"), None)


def _mission(story: Story, rows: Sequence[Row], w: ModuleType) -> tuple[str, ...]:
    plain = plain_row(rows)
    default = next((d for c in ("lstm", "gru") if (d := default_row(rows, c))), None)
    if default is None or (plain is None and len(rows) < 2):
        return ()
    if any(r and r.size().word not in DECIDED for r in (plain, default)):
        return ()
    cell = default.family
    first = _beside(plain, default, w, cell) if plain else _alone(default, w, cell)
    return (first, _opening(rows, default, w, cell, story)) if first else ()


def _alone(default: Row, w: ModuleType, cell: str) -> str:
    """The default cell's own line where there is no plain RNN beside it."""
    word, horizon = default.size().word, default.horizon()
    shared = {"a_cell": w.A_CELL[cell], "length": f"{default.length:,}"}
    if word == "stable":
        return say(w.ALONE_HOLDS, **shared)
    if word == "vanishing" and horizon <= default.length:
        return say(
            w.ALONE_LOSES, steps=numbers.steps(horizon, default.length), **shared
        )
    return ""


def _beside(plain: Row, default: Row, w: ModuleType, cell: str) -> str:
    shared = {"a_cell": w.A_CELL[cell], "length": f"{default.length:,}"}
    loses = [r.size().word == "vanishing" for r in (plain, default)]
    if all(loses):
        ratio = default.horizon() / plain.horizon()
        if not math.isfinite(ratio):
            ratio = plain.rate().mean / default.rate().mean
        if ratio > ALMOST_TO:
            return say(w.FURTHER, ratio=numbers.significant(ratio), **shared)
        return say(w.FASTER if ratio < ALMOST_FROM else w.ALMOST, **shared)
    holds = [r.size().word == "stable" for r in (plain, default)]
    if loses[0] and holds[1]:
        return say(w.HOLDS_WHERE_RNN_LOSES, **shared)
    if holds[0] and loses[1]:
        return say(w.LOSES_WHERE_RNN_HOLDS, **shared)
    if all(holds):
        return say(w.BOTH_HOLD, **shared)
    left = numbers.left(default.size().ln)
    rnn_left = numbers.left(plain.size().ln)
    return say(w.SIDE_BY_SIDE, left=left, rnn_left=rnn_left, **shared)


def same_cell(rows: Sequence[Row], default: Row) -> list[Row]:
    """Rows that differ from the default in the bias only."""
    return [
        r
        for r in rows
        if r.cell == default.cell
        and r is not default
        and all(r.params.get(a) == default.params.get(a) for a in r.extra)
    ]


def _opening(
    rows: Sequence[Row], default: Row, w: ModuleType, cell: str, story: Story
) -> str:
    gate = {"lstm": "forget", "gru": "keep"}[cell]
    others = same_cell(rows, default)
    if not others:
        return say(w.OPENING_NOT_ASKED, gate=gate)
    if default.size().word == "stable":
        found = counts(rows, w, story.words("names"))
        return say(w.BY_VERDICT, counts=found)
    top = rank.best(others)
    if default.size().word in ("vanishing", "fading"):
        if top.size().word == "stable":
            return say(w.OPENING_HELPS, gate=gate)
        if top.size().word in ("growing", "exploding"):
            return say(w.OPENING_EXPLODES, gate=gate)
        if top.horizon() >= 1.2 * default.horizon():
            return say(
                w.OPENING_REACHES,
                gate=gate,
                steps=numbers.steps(top.horizon(), top.length),
                default_steps=numbers.steps(default.horizon(), default.length),
            )
    return say(w.OPENING_NOTHING, gate=gate)


def _all_vanish(
    rows: Sequence[Row], w: ModuleType, names: ModuleType
) -> tuple[str, ...]:
    if {r.size().word for r in rows} != {"vanishing"}:
        return ()
    ordered = sorted(rows, key=lambda r: (r.horizon(), r.size().ln))
    alike = ordered[0].horizon() == ordered[-1].horizon()
    return _fill(
        w.ALL_VANISH_ALIKE if alike else w.ALL_VANISH,
        All=capital(all_rows(rows, w)),
        length=f"{_length(rows):,}",
        Best=said.name_capital(ordered[-1], names),
        best_steps=numbers.steps(ordered[-1].horizon(), ordered[-1].length),
        worst=said.name(ordered[0], names),
        worst_steps=numbers.steps(ordered[0].horizon(), ordered[0].length),
    )


def _nothing_vanishes(
    rows: Sequence[Row], w: ModuleType, names: ModuleType
) -> tuple[str, ...]:
    if any(r.size().word in (*LOSES, "undetermined", "not_finite") for r in rows):
        return ()
    least = min(r.size().ln for r in rows)
    return _fill(
        w.NOTHING_VANISHES,
        all=all_rows(rows, w),
        length=f"{_length(rows):,}",
        least=numbers.left(least),
        counts=counts(rows, w, names),
    )


def _generic(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> tuple[str, ...]:
    top, bottom = rank.best(rows), rank.worst(rows)
    return _fill(
        w.GENERIC,
        length=f"{_length(rows):,}",
        best=said.name(top, names),
        best_left=numbers.left(top.size().ln),
        worst=said.name(bottom, names),
        worst_left=numbers.left(bottom.size().ln),
        counts=counts(rows, w, names),
    )


def counts(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    """``3 vanishing, 2 stable``."""
    found = Counter(r.size().word for r in rows)
    return ", ".join(
        say(w.COUNT, count=found[word], word=names.VERDICTS[word])
        for word in names.VERDICTS
        if found[word]
    )


def all_rows(rows: Sequence[Row], w: ModuleType) -> str:
    """``all 9 networks``."""
    return w.BOTH_ROWS if len(rows) == 2 else say(w.ALL_ROWS, count=len(rows))


def _length(rows: Sequence[Row]) -> int:
    return max(r.length for r in rows)


def _fill(templates: Sequence[str], **values: object) -> tuple[str, ...]:
    return tuple(say(t, **values) for t in templates)


def cell_title(row: Row) -> str:
    """``LSTM``."""
    return labels.cell_name(row.cell)
