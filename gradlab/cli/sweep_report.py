"""Write a sweep's report unless the one there was made from the same results."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab import outputs, regular_file
from gradlab.cli.screen import Screen


if TYPE_CHECKING:
    from gradlab.store.results import Results


def report(
    results: Results,
    formats: list[str],
    load: list[Path],
    screen: Screen,
    language: str = "en",
) -> tuple[list[Path], bool]:
    """Return the report's files, and whether they were current."""
    from gradlab.report.blocks import file_name
    from gradlab.report.build import render
    from gradlab.store.folder import STAMP

    stamp = results.folder / STAMP
    digests = _digests(stamp)
    now = digest(results, load)
    files = [results.folder / file_name(language, form) for form in formats]
    if all(file.exists() and digests.get(file.name) == now for file in files):
        return files, True
    screen.note("writing the report")
    written = list(render(results, results.folder, formats, language))
    made = json.dumps(digests | {file.name: now for file in files})
    outputs.write(stamp, made.encode())
    return written, False


def _digests(stamp: Path) -> dict[str, str]:
    """Return what the stamp says; nothing where it is not ours, or is a link."""
    try:
        found = json.loads(regular_file.read_text(stamp))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and not stamp.is_symlink() else {}


def digest(results: Results, load: list[Path]) -> str:
    """Return a SHA-256 of everything a report is made from, except run times."""
    made_from = {
        "version": version("gradlab"),
        "config": results.meta.get("config"),
        "thresholds": results.meta.get("thresholds"),
        "points": sorted((p.key, p.status, p.message or "") for p in results.points),
        "computed": sorted(str(sorted(p.computed.items())) for p in results.points),
        "load": [regular_file.read_text(path) for path in load],
    }
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
