"""Find leaves (cells, measures, ..) that were edited since a sweep computed its points.

A sweep that runs again recomputes such points. Commands that only read results cannot;
they count the points as missing, or name the leaves.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gradlab import catalog, regular_file
from gradlab.store.results import PointResult, Results
from gradlab.sweeps.keys import leaves
from gradlab.sweeps.requirements import requirement_of


def changed_leaves(results: Results) -> set[tuple[str, str]]:
    """Return (kind, name) of leaves other than those the sweep was planned with.

    Files given by ``--load`` are read and compared by their SHA-256, not run. If one
    of them cannot be read, all leaves from such files count as unchanged.
    """
    external = dict(_external(results))
    sources = _sources_now(results.meta.get("config", {}).get("load", ()))
    changed = {leaf for leaf, sha in external.items() if sources and sha not in sources}
    thresholds = results.meta.get("config", {}).get("thresholds")
    known = catalog.names("measures")
    for by_measure in results.requirements.values():
        for name, one in by_measure.items():
            if one.source_sha or name not in known:
                continue
            now = requirement_of(name, one.blocks, thresholds)
            if now.fingerprint != one.fingerprint:
                changed.add(("measures", name))
    return changed


def mark_missing(results: Results, changed: set[tuple[str, str]]) -> Results:
    """Return results in which done points that use a changed leaf are missing."""
    stale = {
        point.key
        for grid, points in results.grids.items()
        for point in points
        if point.status == "done" and changed & set(_leaves(results, grid, point))
    }
    marked = {
        point.key: replace(point, status="missing") if point.key in stale else point
        for point in results.points
    }
    counts = dict(results.meta["counts"])
    counts["done"] -= len(stale)
    counts["missing"] += len(stale)
    return replace(
        results,
        points=list(marked.values()),
        grids={
            grid: [marked[point.key] for point in points]
            for grid, points in results.grids.items()
        },
        meta={**results.meta, "counts": counts},
    )


def _external(results: Results) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield (kind, name) and source of the external leaves that the sweep used."""
    for leaf, sha in results.meta.get("sources", {}).items():
        kind, name = leaf.split()
        yield (kind, name), sha
    for by_measure in results.requirements.values():
        for name, one in by_measure.items():
            if one.source_sha:
                yield ("measures", name), one.source_sha


def _sources_now(files: Iterable[str]) -> set[str]:
    try:
        texts = [regular_file.read_text(file) for file in files]
    except (OSError, UnicodeDecodeError):
        return set()
    return {hashlib.sha256(text.encode()).hexdigest() for text in texts}


def _leaves(
    results: Results, grid: str, point: PointResult
) -> Iterator[tuple[str, str]]:
    yield from leaves(point.params)
    for name in results.requirements.get(grid, {}):
        yield "measures", name
