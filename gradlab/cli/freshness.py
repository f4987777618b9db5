"""Whether a folder's report already shows what its results hold."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from gradlab.store.results import Results

STAMP = ".report"
"""Beside the report: a digest of what it was made from."""


def digest(results: Results, load: list[Path]) -> str:
    """A hash of everything a report is made from, but the time it took."""
    config = results.meta.get("config")
    made_from = {
        "version": version("gradlab"),
        "config": config,
        "thresholds": results.meta.get("thresholds"),
        "points": sorted((p.key, p.status, p.message or "") for p in results.points),
        "computed": sorted(str(sorted(p.computed.items())) for p in results.points),
        "load": [path.read_text(encoding="utf-8") for path in load],
    }
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def is_fresh(results: Results, formats: list[str], load: list[Path]) -> bool:
    """Whether all asked files are there and were made from these results."""
    stamp = results.folder / STAMP
    files = [results.folder / f"report.{form}" for form in formats]
    if not stamp.exists() or not all(file.exists() for file in files):
        return False
    made = json.loads(stamp.read_text(encoding="utf-8"))
    now = digest(results, load)
    return all(made.get(form) == now for form in formats)


def remember(results: Results, formats: list[str], load: list[Path]) -> None:
    """Note what the report was just made from; other formats keep their own note."""
    stamp = results.folder / STAMP
    made = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
    now = digest(results, load)
    stamp.write_text(json.dumps(made | {form: now for form in formats}))
