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
    References,
    Table,
)
from gradlab.report.evidence.values import Off
from gradlab.report.sections import _own as own
from gradlab.report.words import say
from gradlab.store.folder import sweep_text


if TYPE_CHECKING:
    from gradlab.report.story import Story

SHOWN = 12


class Provenance(own.OwnSection):
    """What was checked, what the words mean exactly, and how to do it again."""

    name = "provenance"
    order = 12
    computed = False
    question = "How was each number obtained?"

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A table of checks, definitions, facts, and the command."""
        w, meta = self.words(story), story.meta
        checks = list(meta.get("verification") or [])
        found = f"{_checked(checks, w, story.language)} {self.claims(story)}".strip()
        blocks: list[Block] = [Finding(found)]
        if checks:
            rows = _checks(checks, w, story.language)
            columns = list(w.CHECK_COLUMNS)
            blocks.append(Table(columns, rows, w.CHECK_CAPTION, name="self-check"))
        rows = [[Cell(name), Cell(text)] for name, text in _facts(story, w)]
        facts = Table(
            list(w.FACTS_COLUMNS), rows, w.FACTS_CAPTION, name="facts", sortable=False
        )
        definitions = Table(
            list(w.DEFINITION_COLUMNS),
            w.DEFINITION_ROWS,
            w.DEFINITIONS_CAPTION,
            name="definitions",
            sortable=False,
        )
        command = meta.get("command") or "gradlab sweep"
        blocks += [facts, Details(w.DEFINITIONS, [definitions])]
        blocks.append(Command(command, w.COMMAND_NOTE))
        if toml := _toml(results, meta):
            blocks.append(Details(w.TOML, [Command(toml)]))
        return [*blocks, Limits(w.LIMITS), References(("halko2011", "paszke2019"))]


def _checked(checks: Sequence[Mapping[str, Any]], w: ModuleType, language: str) -> str:
    errors = [c["error"] for c in checks if c.get("error") is not None]
    if errors:
        return say(w.CHECKED, error=Off(max(errors)).say(language))
    return w.AUTOGRAD_ONLY if checks else w.UNCHECKED


def _checks(
    checks: Sequence[Mapping[str, Any]], w: ModuleType, language: str
) -> list[list[Cell]]:
    """Each kind's largest error; the conveyor's, where h was detached inside gates."""
    told = [(str(c.get("kind", "")), c.get("error"), c.get("compared")) for c in checks]
    held = [c for c in checks if c.get("conveyor") is not None]
    if held:
        kinds = "; ".join(str(c.get("kind", "")) for c in held)
        compared = sum(int(c.get("conveyor_compared") or 0) for c in held)
        off = max(c["conveyor"] for c in held)
        told.append((say(w.CONVEYOR, kinds=kinds), off, compared))
    rows = []
    for what, error, of in told:
        shown = w.NO_CLOSED_FORM if error is None else Off(error).say(language)
        worst = math.inf if error is None else error
        count = int(of or 0)
        rows.append([Cell(what), Cell(shown, worst), Cell(f"{count:,}", count)])
    return rows


def _facts(story: Story, w: ModuleType) -> list[tuple[str, str]]:
    meta, points = story.meta, story.results.points
    counts = meta.get("counts") or {}
    seeds = [str(s) for s in sorted({p.params.get("seed") for p in points})]
    more = ["…"] if len(seeds) > SHOWN else []
    versions = (meta.get("versions") or {}).items()
    held = say(
        w.POINTS,
        asked=len(points),
        done=sum(p.status == "done" for p in points),
        failed=len(story.failed),
        missing=sum(p.status == "missing" for p in points),
        not_finite=int(counts.get("not_finite") or 0),
    )
    if counts.get("others"):
        held += say(w.OTHERS, count=int(counts["others"]))
    values = (
        held,
        ", ".join(seeds[:SHOWN] + more),
        numbers.duration(float(meta["seconds"])) if meta.get("seconds") else w.UNKNOWN,
        ", ".join(f"{k} {v}" for k, v in versions) or w.UNKNOWN,
        say(w.THRESHOLDS, values=", ".join(map(numbers.fraction, story.thresholds))),
        w.MEANS,
        w.INTERVALS,
    )
    return list(zip(w.FACTS, values, strict=True))


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
    """The resolved sweep as gradlab wrote it beside the store."""
    folder = getattr(results, "folder", None)
    text = sweep_text(folder) if folder is not None else None
    if text is not None:
        return compact(text)
    config = meta.get("config")
    return config.strip() if isinstance(config, str) else ""
