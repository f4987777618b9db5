"""Open the results that a command is about to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.cli.screen import Screen, fold
from gradlab.errors import StoreError
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.store.results import Results


def open_results(
    folder: Path, screen: Screen, *, failed_suffice: bool = False
) -> Results:
    """Return the results of a folder that holds at least one computed point.

    Args:
        folder: where a sweep ran.
        screen: for the names of leaves that have changed since.
        failed_suffice: whether failed points, which have a message only, are enough.

    Raises:
        StoreError: no point is computed yet, or none could be.
    """
    from gradlab.runs.changed_leaves import changed_leaves
    from gradlab.runs.merge import sweep_command
    from gradlab.store.results import Results

    results = Results.open(folder)
    again = sweep_command(folder)
    measured = any(point.measured for point in results.points)
    failed = sum(point.status == "failed" for point in results.points)
    if not (measured or (failed and failed_suffice)):
        raise StoreError(
            got=f"{folder}, where none of {len(results.points):,} points is computed"
            + (f" ({failed:,} failed)" if failed else ""),
            expected="at least one",
            try_=f"gradlab status {quote(folder)}" if failed else again,
        )
    if changed := changed_leaves(results):
        screen.note(changed_text(changed))
        screen.note(f"compute them again: {again}")
    return results


def changed_text(changed: set[tuple[str, str]]) -> str:
    """Return the sentence that names leaves edited since points were computed."""
    names = ", ".join(f"{name} ({kind})" for kind, name in sorted(changed))
    return fold(f"changed since points were computed: {names}")
