"""The page of what is known, made from the rows and what was last measured."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from gradlab.report.inline import plain
from gradlab.report.references import ENTRIES, said
from gradlab.report.reproductions.numbers import exact, number
from gradlab.report.reproductions.row import SEEN
from gradlab.reproductions.choice import catalogue
from gradlab.reproductions.expectation import Expectation
from gradlab.reproductions.folder import known, names
from gradlab.reproductions.row import digest


HEAD = """# What is known, and how well gradlab reproduces it

`make tables` writes this page from `experiments/known` and from what `make known` last
measured there; a test compares. Each row is a sweep and the numbers that should come
out of it, with their source and a tolerance:

```sh
gradlab reproduce --list           # every row
gradlab reproduce pascanu-bound    # one, and its report
gradlab reproduce --all            # all of them: exit code 1 when one misses
```

A measured number comes from a cell that is run along a trajectory, a measure of it, and
the store. Shown is the comparison that is closest to the edge of its tolerance. Reports
have the others, with figures.
"""

MEASURED = known() / "measured.json"
"""What was measured last: of each row the comparison closest to its edge."""

KEPT = ("label", "along", "place", "measured", "expected", "allowed", "relation")
"""What is kept of a comparison."""


def known_page() -> str:
    """Return every row by its question, as Markdown."""
    rows = catalogue()
    measured = _measured()
    questions = list(dict.fromkeys(asked.question for _, asked in rows))
    parts = [HEAD, _counts(rows, measured)]
    for question in questions:
        own = [row for row in rows if row[1].question == question]
        parts += [f"## {question}\n", *_sections(own, measured)]
    keys = sorted({key for _, asked in rows for key in asked.source})
    parts += ["## Sources\n", *(f"- {plain(ENTRIES[key])}" for key in keys)]
    return "\n".join(parts) + "\n"


def keep(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the page needs of ``gradlab reproduce --all --json``."""
    return {row["name"]: _kept(row) for row in answer["rows"]}


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    found = row["comparisons"]
    worst = max(found, key=lambda one: one["edge"]) if found else {}
    return {
        "digest": row["digest"],
        "held": row["held"],
        "within": sum(one["held"] for one in found),
        "of": len(found),
        "closest": {name: worst[name] for name in KEPT if worst},
    }


def _measured() -> dict[str, dict[str, Any]]:
    """Return what was measured of rows that have not changed since, by name."""
    if not MEASURED.exists():
        return {}
    kept = json.loads(MEASURED.read_text(encoding="utf-8"))
    there = set(names())
    return {
        name: row
        for name, row in kept.items()
        if name in there and row["digest"] == digest(name)
    }


def _counts(
    rows: Sequence[tuple[str, Expectation]], measured: dict[str, dict[str, Any]]
) -> str:
    """Say how many rows there are of what kinds, and how many came out."""
    counted = [name for name, asked in rows if asked.kind != "identity"]
    held = sum(measured[name]["held"] for name in counted if name in measured)
    sources = sum(asked.kind in ("law", "published", "exact") for _, asked in rows)
    return (
        f"{len(counted)} rows, {sources} of them published results or exact laws; "
        f"{held} came out within tolerance when last measured.\n"
    )


def _sections(
    rows: Sequence[tuple[str, Expectation]], measured: dict[str, dict[str, Any]]
) -> Iterator[str]:
    for name, asked in rows:
        sources = ", ".join(said(key) for key in asked.source)
        about = ", ".join(
            part for part in (asked.kind, sources, SEEN[asked.seen]) if part
        )
        yield f"**`{name}`** ({about})\n: {_line(asked.claim)}"
        if asked.wrong is not None:
            yield f"\n  As it is taught: {_line(asked.wrong)}"
            yield f"\n  Corrected: {_line(str(asked.corrected))}"
        if asked.outcome is not None:
            yield f"\n  Claim {asked.number}, {asked.outcome}: {asked.claim_ko}"
        yield f"\n  {_outcome(measured.get(name))}\n"


def _outcome(row: dict[str, Any] | None) -> str:
    """Return the comparison closest to its edge, and how many are within."""
    if row is None:
        return "*Not measured since it was last changed.*"
    one = row["closest"]
    if not one:
        return "**Not measured.**"
    place = "" if one["place"] is None else f", {one['along']} {exact(one['place'])}"
    relation = {"equal": "", "at_most": "at most ", "at_least": "at least "}
    return _line(
        f"{one['label']}{place}: measured {number(one['measured'])}, expected "
        f"{relation[one['relation']]}{exact(one['expected'])}, tolerance "
        f"{exact(float(format(one['allowed'], '.2g')))}. "
        f"{row['within']} of {row['of']} within tolerance."
    )


def _line(text: str) -> str:
    """Return inline text as Markdown that shows it as it is."""
    return "".join(f"\\{c}" if c in "*_<>|$" else c for c in plain(text))


if __name__ == "__main__":
    text = json.dumps(keep(json.load(sys.stdin)), indent=1)
    MEASURED.write_text(text + "\n", encoding="utf-8")
