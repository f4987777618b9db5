"""What a sweep would take, before any of it is computed; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gradlab.engines import machine
from gradlab.progress.state import START_UP
from gradlab.store import schema
from gradlab.store.reading import reader
from gradlab.store.store import Known, known
from gradlab.sweeps import bounds, groups, keys
from gradlab.sweeps.points import check_inputs, plan
from gradlab.sweeps.runner import missing
from gradlab.sweeps.sweep import Sweep


LAID_OUT = 200_000
"""Points up to which a forecast makes every one of them; above, it only counts."""

WRITING = 0.002
"""Seconds the one writer takes for a point, whatever computes it (make benchmark)."""


@dataclass(frozen=True)
class Forecast:
    """What a sweep would take.

    Attributes:
        name: of the sweep.
        folder: where it would write.
        grids: name -> (points, of these nothing is left to compute for).
        total: distinct points; a point of several grids counts once.
        left: of these, to be computed.
        failed: points that failed earlier and would not be tried again.
        exact: False where there are too many points to make them: counts are then
            upper bounds, and what is there already is not looked at.
        core_seconds: about how long one core would compute.
        longest: seconds of the largest group, which is not divided.
        jobs: worker processes of this machine.
        worker: bytes one worker fills at most, about.
        memory: bytes all workers of this machine fill together at most, about.
        limit: bytes they may fill; None where nobody says.
        too_large: points that would be set aside because they need more than that.
    """

    name: str
    folder: Path
    grids: Mapping[str, tuple[int, int]]
    total: int
    left: int
    failed: int
    exact: bool
    core_seconds: float
    longest: float
    jobs: int
    worker: int
    memory: int
    limit: int | None
    too_large: int

    def seconds(self, workers: int | None = None) -> float:
        """Return about how long it takes on so many workers; on this machine's.

        No shorter than the largest group, nor than the writer takes for its points.
        """
        if not self.left:
            return 0.0
        count = workers or self.jobs
        least = max(self.longest, self.left * WRITING)
        return START_UP + max(self.core_seconds / count, least)


def forecast(
    sweep: Sweep,
    folder: str | Path,
    *,
    jobs: int | None = None,
    memory: int | str | None = None,
    retry_failed: bool = False,
) -> Forecast:
    """Return what :func:`gradlab.sweeps.runner.run` would have to do.

    Raises:
        StoreError: results in the folder that cannot be read.
        InputError: an input that cannot be used.
        ConfigError: a memory that is none.
    """
    keys.forget()
    where = Path(folder)
    limit = machine.parse(memory) or machine.free()
    workers = jobs or machine.cores()
    if limit is not None:
        workers = max(1, min(workers, limit // machine.WORKER))
    if sweep.size() > LAID_OUT:
        return _counted(sweep, where, workers, limit)
    planned = plan(sweep)
    check_inputs(planned.points.values())
    there = _there(where)
    todo = missing(planned, there, retry_failed)
    waiting = groups.form(planned.points, todo)
    too_large = 0
    if limit is not None:
        parts = [p for g in waiting for p in groups.within(g, limit - machine.WORKER)]
        waiting = [p for p in parts if p.memory + machine.WORKER <= limit]
        too_large = sum(len(p.keys) for p in parts) - sum(len(p.keys) for p in waiting)
    jobs = max(1, min(workers, len(waiting)))
    largest = sorted((group.memory for group in waiting), reverse=True)
    together = jobs * machine.WORKER + sum(largest[:jobs])
    return Forecast(
        name=sweep.name,
        folder=where,
        grids={
            name: (len(points), sum(key not in todo for key in points))
            for name, points in planned.grids.items()
        },
        total=len(planned.points),
        left=len(todo),
        failed=sum(
            there.get(key, ("missing",))[0] == "failed" and key not in todo
            for key in planned.points
        ),
        exact=True,
        core_seconds=sum(group.seconds for group in waiting),
        longest=max((group.seconds for group in waiting), default=0.0),
        jobs=jobs,
        worker=machine.WORKER + max(largest, default=0),
        memory=together if limit is None else min(together, limit),
        limit=limit,
        too_large=too_large,
    )


def _there(folder: Path) -> Known:
    """Return what a folder has of each point; nothing where there are no results."""
    file = folder / schema.FILE_NAME
    if not file.exists() or not file.stat().st_size:
        return {}
    with reader(folder) as connection:
        return known(connection, file)


def _counted(sweep: Sweep, folder: Path, jobs: int, limit: int | None) -> Forecast:
    """Return the forecast for a sweep of which not every point is made."""
    sizes: dict[str, int] = {}
    for grid in sweep.grids:
        sizes[grid.name] = sizes.get(grid.name, 0) + grid.size()
    worker = machine.WORKER + groups.GROUP_BYTES
    return Forecast(
        name=sweep.name,
        folder=folder,
        grids={name: (size, 0) for name, size in sizes.items()},
        total=sweep.size(),
        left=sweep.size(),
        failed=0,
        exact=False,
        core_seconds=sum(bounds.seconds_of_grid(grid, sweep) for grid in sweep.grids),
        longest=groups.GROUP_SECONDS,
        jobs=jobs,
        worker=worker,
        memory=jobs * worker if limit is None else min(jobs * worker, limit),
        limit=limit,
        too_large=0,
    )
