"""Made-up stores on disk, for commands that only read."""

from __future__ import annotations

from pathlib import Path

from gradlab.store.store import Store
from tests.made_up import Made


def write(made: Made, folder: Path) -> Path:
    """Put made-up results into a folder, as a sweep would."""
    with Store.open(folder, create=True) as store:
        for point in made.points:
            store.save_point(
                point.key,
                point.params,
                status=point.status,
                message=point.message,
                records={name: [one] for name, one in point.records.items()},
            )
        grids = {name: [p.key for p in points] for name, points in made.grids.items()}
        meta = {k: v for k, v in made.meta.items() if k not in ("config", "counts")}
        store.save_sweep("made-up", {"name": "made-up"}, grids, meta)
    return folder
