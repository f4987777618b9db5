"""Open the results that a command is about to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.cli.screen import Screen, fold
from gradlab.errors import StoreError


if TYPE_CHECKING:
    from gradlab.store.results import Results


def open_results(
    folder: Path, screen: Screen, *, failed_suffice: bool = False
) -> Results:
    """Return the results of a folder that holds at least one computed point.

    Args:
        folder: where a sweep ran.
        screen: where leaves are named that have changed since.
        failed_suffice: whether points that failed, which have a message only, count.

    Raises:
        StoreError: no point is computed yet, or none could be.
    """
    from gradlab.store.results import Results
    from gradlab.sweeps.changed_leaves import changed_leaves

    results = Results.open(folder)
    tried = [p for p in results.points if p.measured or p.status == "failed"]
    if any(point.measured or failed_suffice for point in tried):
        changed = changed_text(changed_leaves(results))
        for line in changed:
            screen.note(line)
        if changed and results.meta.get("command"):
            screen.note(f"compute them again: {results.meta['command']}")
        return results
    failed = f" ({len(tried):,} failed)" if tried else ""
    raise StoreError(
        got=f"{folder}, where none of {len(results.points):,} points is "
        f"computed{failed}",
        expected="at least one",
        try_=results.meta.get("command") or f"gradlab status {folder}",
    )


def changed_text(changed: set[tuple[str, str]]) -> list[str]:
    """Return the line that names leaves edited since their points were computed."""
    if not changed:
        return []
    names = ", ".join(f"{name} ({kind})" for kind, name in sorted(changed))
    return [fold(f"changed since points were computed: {names}")]
