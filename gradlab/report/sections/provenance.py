"""How was each number obtained? Self-check, definitions, versions, command."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Command,
    Details,
    Finding,
    Limits,
    Missing,
    Prose,
    References,
    Table,
)
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, slices
from gradlab.report.story.rows import value_of
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


class Provenance(own.OwnSection):
    """What was checked, what the words mean exactly, and how to do it again."""

    name = "provenance"
    order = 12
    computed = False
    question = "How was each number obtained?"

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A table of checks, definitions, facts, and the command."""
        w = self.words(story)
        checks = list(story.meta.get("verification") or [])
        blocks: list[Block] = [Finding(_finding(checks, w))]
        rows = [
            *(_check(c, w) for c in checks),
            *_conveyor(checks, w),
            *_exact(story, w),
            *_sum_rule(story, w),
        ]
        if rows:
            blocks.append(
                Table(list(w.CHECK_COLUMNS), rows, w.CHECK_CAPTION, name="self-check")
            )
        definitions = Table(
            list(w.DEFINITION_COLUMNS),
            [list(r) for r in w.DEFINITION_ROWS],
            w.DEFINITIONS_CAPTION,
            name="definitions",
            sortable=False,
        )
        blocks += [
            Details(w.DEFINITIONS, [definitions]),
            Prose(_thresholds(story, w)),
            Prose(w.STATISTICS),
            Prose(_sweep(story, w)),
            Prose(_versions(story.meta, w)),
            Command(story.meta.get("command") or "gradlab sweep", w.COMMAND_NOTE),
        ]
        toml = _toml(results, story.meta)
        if toml:
            blocks.append(Details(w.TOML, [Command(toml)]))
        blocks += [Limits(w.LIMITS), References(("halko2011", "paszke2019"))]
        return blocks


def _finding(checks: Sequence[Mapping[str, Any]], w: ModuleType) -> str:
    if not checks:
        return w.UNCHECKED
    errors = [c["error"] for c in checks if c.get("error") is not None]
    if not errors:
        return w.AUTOGRAD_ONLY
    return say(
        w.CHECKED,
        count=len(errors),
        kinds=w.KIND_ONE if len(errors) == 1 else w.KIND_MANY,
        error=_scientific(max(errors)),
    )


def _check(check: Mapping[str, Any], w: ModuleType) -> list[Cell]:
    error = check.get("error")
    shown = w.NO_CLOSED_FORM if error is None else _scientific(error)
    compared = int(check.get("compared") or 0)
    return [
        Cell(str(check.get("kind", ""))),
        Cell(shown, error if error is not None else math.inf),
        Cell(f"{compared:,}", compared),
    ]


def _conveyor(checks: Sequence[Mapping[str, Any]], w: ModuleType) -> list[list[Cell]]:
    """Stopping the gradient at h inside the gates leaves the conveyor: by autograd."""
    held = [c for c in checks if c.get("conveyor") is not None]
    if not held:
        return []
    off = max(c["conveyor"] for c in held)
    compared = sum(int(c.get("conveyor_compared") or 0) for c in held)
    what = say(w.CONVEYOR, kinds="; ".join(str(c.get("kind", "")) for c in held))
    return [[Cell(what), Cell(_scientific(off), off), Cell(f"{compared:,}", compared)]]


def _scientific(value: float) -> str:
    """``3 × 10^{-15}``.

    >>> _scientific(9.6e-17), _scientific(0.0)
    ('1 × 10^{-16}', '0')
    """
    if value == 0:
        return "0"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit} × 10^{{{int(exponent)}}}"


def _exact(story: Story, w: ModuleType) -> list[list[Cell]]:
    """The exact law inside the sweep, if it was swept."""
    row = _exact_row(story)
    if row is None:
        return []
    size = row.size()
    off = max(abs(size.spread.lowest), abs(size.spread.highest))
    what = say(w.EXACT, length=f"{row.length:,}")
    shown = say(w.EXACT_VALUE, error=_scientific(off))
    note = say(w.EXACT_NOTE, dtype=row.params.get("dtype"))
    return [[Cell(what), Cell(shown, off), Cell(note, 0)]]


def _sum_rule(story: Story, w: ModuleType) -> list[list[Cell]]:
    """How far the Lyapunov exponents' sum is off at worst, if they were measured."""
    found = [value_of(point, "sum_rule_residual") for point in story.done]
    found = [value for value in found if not math.isnan(value)]
    if not found:
        return []
    off = max(found)
    shown = say(w.SUM_RULE_VALUE, error=_scientific(off))
    return [[Cell(w.SUM_RULE), Cell(shown, off), Cell(f"{len(found):,}", len(found))]]


def _exact_row(story: Story) -> Row | None:
    for grid in story.grids:
        if "linear" not in slices.values(story.grids[grid], "activation"):
            continue
        for row in story.cut(grid, own=("length",)).rows:
            known = row.cell == "rnn" and row.params.get("gain") == 1.0
            law = (row.params.get("init"), row.params.get("activation"))
            if known and law == ("orthogonal", "linear") and row.size().spread.seeds:
                return row
    return None


def _thresholds(story: Story, w: ModuleType) -> str:
    values = ", ".join(numbers.fraction(v) for v in story.thresholds)
    return say(w.THRESHOLDS, values=values)


def _sweep(story: Story, w: ModuleType) -> str:
    counts = story.meta.get("counts") or {}
    points = story.results.points
    missing = sum(p.status == "missing" for p in points)
    others = int(counts.get("others") or 0)
    seeds = sorted({p.params.get("seed") for p in points})
    seconds = story.meta.get("seconds")
    return say(
        w.SWEEP,
        asked=f"{len(points):,}",
        done=f"{sum(p.status == 'done' for p in points):,}",
        failed=f"{len(story.failed):,}",
        missing=f"{missing:,}",
        others=say(w.OTHERS, count=f"{others:,}") if others else "",
        not_finite=f"{_not_finite(story):,}",
        seeds=", ".join(str(s) for s in seeds[:12])
        + (", …" if len(seeds) > 12 else ""),
        time=numbers.duration(float(seconds)) if seconds else w.UNKNOWN,
    )


def _not_finite(story: Story) -> int:
    count = (story.meta.get("counts") or {}).get("not_finite")
    return int(count) if isinstance(count, int) else 0


def _versions(meta: Mapping[str, Any], w: ModuleType) -> str:
    versions = meta.get("versions") or {}
    shown = ", ".join(f"{k} {v}" for k, v in versions.items())
    return say(w.VERSIONS, versions=shown or w.UNKNOWN)


def compact(toml: str) -> str:
    r"""The same TOML with each grid as one inline table, which saves a page.

    >>> print(compact('seeds = 5\n\n[[grid]]\nname = "a"\ngain = [1.0]\n'))
    seeds = 5
    grid = [
      {name = "a", gain = [1.0]},
    ]
    """
    head, *grids = toml.strip().split("[[grid]]")
    if not grids:
        return head.strip()
    lines = [", ".join(g.strip().splitlines()) for g in grids]
    body = "\n".join(f"  {{{line}}}," for line in lines)
    return f"{head.strip()}\ngrid = [\n{body}\n]".strip()


def _toml(results: Any, meta: Mapping[str, Any]) -> str:
    """The resolved sweep as it stands beside the store."""
    folder = getattr(results, "folder", None)
    file = folder / "sweep.toml" if folder is not None else None
    if file is not None and file.is_file():
        return compact(file.read_text(encoding="utf-8"))
    config = meta.get("config")
    return config.strip() if isinstance(config, str) else ""
