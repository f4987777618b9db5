"""Opening a folder whose points a command is about to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.errors import StoreError


if TYPE_CHECKING:
    from gradlab.store.results import Results


def opened(folder: Path, *, measured: bool = True) -> Results:
    """Return the results of a folder that has something to show.

    Args:
        folder: where a sweep ran.
        measured: whether failed points, which have a message only, are not enough.

    Raises:
        StoreError: no point is computed yet, or none could be.
    """
    from gradlab.store.results import Results

    results = Results.open(folder)
    tried = [point for point in results.points if point.status != "missing"]
    enough = [point for point in tried if point.measured or not measured]
    if not enough:
        failed = f" ({len(tried):,} failed)" if tried else ""
        raise StoreError(
            got=f"{folder}, where none of {len(results.points):,} points is "
            f"computed{failed}",
            expected="at least one",
            try_=results.meta.get("command") or f"gradlab status {folder}",
        )
    return results
