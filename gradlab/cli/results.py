"""Open the results that a command is about to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.errors import StoreError


if TYPE_CHECKING:
    from gradlab.store.results import Results


def open_results(folder: Path, *, failed_suffice: bool = False) -> Results:
    """Return the results of a folder that holds at least one computed point.

    Args:
        folder: where a sweep ran.
        failed_suffice: whether points that failed, which have a message only, count.

    Raises:
        StoreError: no point is computed yet, or none could be.
    """
    from gradlab.store.results import Results

    results = Results.open(folder)
    tried = [point for point in results.points if point.status != "missing"]
    if any(point.measured or failed_suffice for point in tried):
        return results
    failed = f" ({len(tried):,} failed)" if tried else ""
    raise StoreError(
        got=f"{folder}, where none of {len(results.points):,} points is "
        f"computed{failed}",
        expected="at least one",
        try_=results.meta.get("command") or f"gradlab status {folder}",
    )
