"""Decide by a digest whether a folder's report was made from its present results."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from gradlab.store.results import Results

STAMP = ".report"
"""File in the results folder: digest of the results by format of the report."""


def digest(results: Results, load: list[Path]) -> str:
    """Return a SHA-256 of everything a report is made from, except run times."""
    made_from = {
        "version": version("gradlab"),
        "config": results.meta.get("config"),
        "thresholds": results.meta.get("thresholds"),
        "points": sorted((p.key, p.status, p.message or "") for p in results.points),
        "computed": sorted(str(sorted(p.computed.items())) for p in results.points),
        "load": [path.read_text(encoding="utf-8") for path in load],
    }
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def is_current(results: Results, formats: list[str], load: list[Path]) -> bool:
    """Return whether all these files exist and were made from these results."""
    files = [results.folder / f"report.{form}" for form in formats]
    if not all(file.exists() for file in files):
        return False
    digests, now = _read(results), digest(results, load)
    return all(digests.get(form) == now for form in formats)


def write_stamp(results: Results, formats: list[str], load: list[Path]) -> None:
    """Record what the report in these formats was just made from."""
    now = digest(results, load)
    digests = _read(results) | {form: now for form in formats}
    (results.folder / STAMP).write_text(json.dumps(digests))


def _read(results: Results) -> dict[str, str]:
    """Return the digests of an earlier report by format."""
    stamp = results.folder / STAMP
    return json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
