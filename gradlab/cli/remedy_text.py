"""A comparison of remedies on a terminal of 24 lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from gradlab.cli.screen import WIDTH, columns, fold, shortened, table
from gradlab.diagnosis.compared import ComparedRemedies, Measured, RemedyEffect
from gradlab.report import numbers
from gradlab.report.inline import plain
from gradlab.statistics import VERDICTS


LINES = 22
"""Lines of an answer: with the command before and the prompt after it, a terminal's."""

_GLYPHS = {entry.word: entry.glyph for entry in VERDICTS}


def answer(found: ComparedRemedies, files: Sequence[Path]) -> list[str]:
    """Return the lines of a comparison, at most 22.

    Args:
        found: the comparison.
        files: that were written.
    """
    tried = [one for one in found.remedies if one.after]
    head = _folded(f"{found.network}, {found.inputs}")[:2]
    lines = [shortened(line, WIDTH) for line in head]
    if len(found.before) > 1:
        lines.append(shortened(f"layer {found.layer}, which reaches least", WIDTH))
    lines += ["", *_table(found, tried)]
    last = _last(found, files)
    notes = _notes(found)
    room = LINES - len(lines) - len(last) - 1
    if len(notes) > room:
        rest = len(notes) - room + 1
        notes = [*notes[: room - 1], f"... {rest} more lines by --json"]
    return [*lines, *([""] if notes or last else []), *notes, *last]


def _table(found: ComparedRemedies, tried: Sequence[RemedyEffect]) -> list[str]:
    before = found.before[found.layer]
    rows: list[tuple[str, ...]] = [
        ("before training", "horizon", "lambda_1", "live", "then")
    ]
    rows.append(("as it is", *_alone(before)))
    for one in tried:
        rows.append((one.title, *_change(before, one.after[found.layer])))
    over = max(map(columns, table(rows, "lrrrl"))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    lines = table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrrl")
    meaning = (
        f"live: singular values above 1/1000 over {before.steps:,} steps, of "
        f"{found.state_size}"
    )
    return [*lines, meaning]


def _alone(one: Measured) -> tuple[str, str, str, str]:
    return _horizon(one), rate(one.exponent), _values(one), _verdict(one)


def _change(before: Measured, after: Measured) -> tuple[str, str, str, str]:
    horizons = f"{_horizon(before)} → {_horizon(after)}"
    rates = f"{rate(before.exponent)} → {rate(after.exponent)}"
    return horizons, rates, _values(after), _verdict(after)


def rate(value: float) -> str:
    """Return an exponent in three decimals with its sign.

    >>> rate(-0.4703), rate(0.0002), rate(float("-inf"))
    ('-0.470', '+0.000', '-inf')
    """
    return f"{value:+.3f}" if math.isfinite(value) else str(value)


def _horizon(one: Measured) -> str:
    return plain(numbers.steps(one.reach.horizon, one.steps))


def _values(one: Measured) -> str:
    return plain(numbers.count(one.reach.singular_values)).replace("–", "?")


def _verdict(one: Measured) -> str:
    word = one.reach.verdict
    return f"{_GLYPHS[word]} {word.replace('_', ' ')}" if word else ""


def _notes(found: ComparedRemedies) -> list[str]:
    """Return what did not come as claimed, what does not apply, and updates."""
    lines: list[str] = []
    before = found.before[found.layer].exponent
    for one in found.missed:
        after = one.after[found.layer].exponent
        lines += _folded(
            f"{one.title}: not as claimed ({one.claims}): {rate(before)} became "
            f"{rate(after)}"
        )
    for one in found.remedies:
        if one.updates and one.after:
            lines += _folded(
                f"{one.title}: {one.updates} updates in "
                f"{plain(numbers.duration(one.seconds))}"
            )
    idle: dict[str, list[str]] = {}
    for one in found.remedies:
        if one.note and one.after:
            lines += _folded(f"{one.title}: {one.note}")
        elif one.note:
            idle.setdefault(one.note, []).append(one.title)
    for note, titles in idle.items():
        lines += _folded(f"{', '.join(titles)}: {note}")
    return lines


def _last(found: ComparedRemedies, files: Sequence[Path]) -> list[str]:
    lines = [f"written {file}" for file in files]
    if found.untried:
        lines += _folded(
            f"not tried: {', '.join(found.untried)}, which make updates: --remedy all"
        )
    return lines


def _folded(text: str) -> list[str]:
    return fold(text, "  ").splitlines()
