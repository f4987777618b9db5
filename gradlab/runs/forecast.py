"""Forecast a sweep: its points, its memory from shapes, its time from a sample.

Memory is the formula of :mod:`gradlab.runs.sizes`. Time is that of one small group,
measured in a worker, times the ratio of their work: it holds for this machine, within
a factor of five.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradlab.config.sweep import GridPlan, Sweep
from gradlab.engines import machine
from gradlab.engines.pool import ProcessPool
from gradlab.errors import TooManyPointsError
from gradlab.progress.state import START_UP
from gradlab.runs import calls, groups
from gradlab.runs.groups import GROUP_BYTES, Group
from gradlab.runs.missing import missing
from gradlab.runs.other_sweep import check_same_sweep
from gradlab.store import schema
from gradlab.store.reading import reader
from gradlab.store.store import PointStates, read_point_states
from gradlab.sweeps import keys
from gradlab.sweeps.plan import plan
from gradlab.sweeps.points import point_of
from gradlab.sweeps.requirements import requirements_of


POINTS = 5_000
"""Points up to which a sweep runs without ``yes``."""

SECONDS = 3_600.0
"""Seconds up to which a sweep runs without ``yes``."""

LISTED = 200_000
"""Points up to which a forecast makes every one of them; above, it only counts."""

WRITING = 0.002
"""Seconds that writing a point takes in the one writing process (make benchmark)."""

SAMPLE_MEMBERS, SAMPLE_SIZE, SAMPLE_UPDATES = 4, 64, 20
"""Points of the group that is timed; its most hidden units, steps and updates."""


@dataclass(frozen=True)
class Forecast:
    """What a sweep would take.

    Attributes:
        name: of the sweep.
        folder: where it would write.
        grids: name -> (points, those of them that are done).
        total: distinct points; a point of several grids counts once.
        left: of these, to be computed.
        failed: points that failed earlier and would not be tried again.
        exact: False where there are too many points to make them: counts are then
            upper bounds, and what is there already is not looked at.
        core_seconds: about how long one core would compute; NaN where the sample
            failed.
        longest: seconds of the largest group, which is not divided.
        jobs: worker processes of this machine.
        worker: bytes one worker fills at most, about.
        memory: bytes all workers of this machine fill together at most, about.
        limit: bytes they may fill; None where unknown.
        too_large: points that would be recorded as failed because they need more.
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
        times = self.core_seconds / (workers or self.jobs), self.longest
        return START_UP + max(*times, self.left * WRITING)


def forecast(
    sweep: Sweep,
    folder: str | Path,
    *,
    jobs: int | None = None,
    memory: int | str | None = None,
    retry_failed: bool = False,
) -> Forecast:
    """Return what :func:`gradlab.runs.run.run` would have to do.

    Times one small group in a worker process, which takes a few seconds.

    Raises:
        StoreError: results in the folder that cannot be read, or of another sweep.
        InputError: an input that cannot be used.
        ConfigError: a memory that is none; a device that is not there.
    """
    keys.clear_caches()
    where = Path(folder)
    limit = machine.parse(memory) or machine.free()
    workers = jobs or machine.cores()
    if limit is not None:
        workers = max(1, min(workers, limit // machine.WORKER_MEMORY))
    if sweep.size() > LISTED:
        return _forecast_by_count(sweep, where, workers, limit)
    planned = plan(sweep)
    if sweep.settings.get("weights") is not None:
        from gradlab.runs.file_weights import check_weights  # imports torch

        check_weights(planned.points.values())
    check_same_sweep(where, sweep.name, planned.points)
    states = _point_states(where)
    todo = missing(planned, states, retry_failed)
    waiting, too_large = groups.split_by_memory(
        groups.form(planned.points, todo),
        None if limit is None else limit - machine.WORKER_MEMORY,
    )
    jobs = max(1, min(workers, len(waiting)))
    largest = sorted((group.memory for group in waiting), reverse=True)
    together = jobs * machine.WORKER_MEMORY + sum(largest[:jobs])
    pace = time_sample(sample_of(waiting), sweep.load) if waiting else 0.0
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
            states.get(key, ("missing",))[0] == "failed" and key not in todo
            for key in planned.points
        ),
        exact=True,
        core_seconds=pace * sum(group.work for group in waiting),
        longest=pace * max((group.work for group in waiting), default=0.0),
        jobs=jobs,
        worker=machine.WORKER_MEMORY + max(largest, default=0),
        memory=together if limit is None else min(together, limit),
        limit=limit,
        too_large=sum(len(group.keys) for group in too_large),
    )


def check_size(sweep: Sweep) -> None:
    """Refuse a sweep of too many points, before these are made.

    Raises:
        TooManyPointsError: says how many.
    """
    if sweep.size() > POINTS:
        raise _too_many(f"a sweep of up to {sweep.size():,} points")


def check_seconds(points: int, core_seconds: float, jobs: int) -> None:
    """Refuse a sweep that takes too long; NaN passes.

    Raises:
        TooManyPointsError: says about how long.
    """
    seconds = core_seconds / jobs
    if seconds > SECONDS:
        cores = "1 core" if jobs == 1 else f"{jobs} cores"
        number = f"{points:,} point{'s' * (points > 1)}"
        raise _too_many(f"a sweep of {number}, about {duration(seconds)} on {cores}")


def sample_of(waiting: Sequence[Group]) -> Group:
    """Return a small group like those that are most of the work."""
    work: dict[tuple, float] = {}
    first: dict[tuple, Group] = {}
    for group in waiting:
        point = group.points[0]
        measures = sorted(group.requirements.by_measure.items())
        kind = (point.cell, point.dtype, point.device, *measures)
        work[kind] = work.get(kind, 0.0) + group.work
        first.setdefault(kind, group)
    like = first[max(work, key=lambda kind: work[kind])]
    points = {
        key: replace(
            point,
            hidden=min(point.hidden, SAMPLE_SIZE)
            if point.weights is None
            else point.hidden,
            length=min(point.length, SAMPLE_SIZE)
            if point.task is None
            else point.length,
            updates=None
            if point.updates is None
            else min(point.updates, SAMPLE_UPDATES),
            sequences=min(point.sequences, SAMPLE_MEMBERS),
            burn_in=0,
        )
        for key, point in zip(
            like.keys[:SAMPLE_MEMBERS], like.points[:SAMPLE_MEMBERS], strict=True
        )
    }
    return Group.of(list(points), points, like.requirements)


def time_sample(sample: Group, load: tuple[str, ...]) -> float:
    """Return seconds per operation, timed in a worker process; NaN where it fails.

    Raises:
        ConfigError: a device that is not there.
    """
    with ProcessPool(1, load, prepare=calls.PREPARE_WORKER) as pool:
        for device in {point.device for point in sample.points} - {"cpu"}:
            pool.add("device", calls.CHECK_DEVICE, device)
        for answer in pool.answers():
            if answer.error is not None:
                raise answer.error
        pool.add("sample", calls.TIME_GROUP, sample.points, sample.requirements)
        (answer,) = pool.answers()
    return math.nan if answer.value is None else answer.value / sample.work


def duration(seconds: float) -> str:
    """Return a time in two units at most.

    >>> duration(52), duration(200), duration(6000), duration(3e6)
    ('52 s', '3 min', '1 h 40 min', '35 days')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes / 1440:,.0f} days"


def _too_many(got: str) -> TooManyPointsError:
    return TooManyPointsError(
        got=got,
        expected=f"at most {POINTS:,} points and {duration(SECONDS)}, or a yes",
        try_="--yes, or fewer values on an axis",
    )


def _point_states(folder: Path) -> PointStates:
    """Return what a folder has of each point; nothing where there are no results."""
    file = folder / schema.FILE_NAME
    if not file.exists() or not file.stat().st_size:
        return {}
    with reader(folder) as connection:
        return read_point_states(connection, file)


def _forecast_by_count(
    sweep: Sweep, folder: Path, jobs: int, limit: int | None
) -> Forecast:
    """Return the forecast for a sweep of which not every point is made."""
    sizes: dict[str, int] = {}
    for grid in sweep.grids:
        sizes[grid.name] = sizes.get(grid.name, 0) + grid.size()
    some: list[Group] = []
    work = 0.0
    for grid in sweep.grids:
        picked = _random_groups(grid, sweep)
        each = sum(group.work / len(group.keys) for group in picked) / len(picked)
        work += grid.size() * each
        some += picked
    pace = time_sample(sample_of(some), sweep.load)
    worker = machine.WORKER_MEMORY + max(GROUP_BYTES, *(group.memory for group in some))
    return Forecast(
        name=sweep.name,
        folder=folder,
        grids={name: (size, 0) for name, size in sizes.items()},
        total=sweep.size(),
        left=sweep.size(),
        failed=0,
        exact=False,
        core_seconds=pace * work,
        longest=pace * max(group.work for group in some),
        jobs=jobs,
        worker=worker,
        memory=jobs * worker if limit is None else min(jobs * worker, limit),
        limit=limit,
        too_large=0,
    )


def _random_groups(grid: GridPlan, sweep: Sweep) -> list[Group]:
    """Return groups of a few combinations of a grid's axes, picked at random."""
    pick = random.Random(0)
    required = {
        trained: requirements_of(
            grid.measures, grid.blocks, sweep.thresholds, trained=trained
        )
        for trained in (False, True)
    }
    found = []
    for _ in range(min(100, grid.size())):
        given = {axis: pick.choice(values) for axis, values in grid.axes.items()}
        first = point_of(given, grid.seeds[0], sweep.settings)
        points = {
            str(seed): replace(first, seed=seed)
            for seed in grid.seeds[: groups.GROUP_MEMBERS]
        }
        needed = dict.fromkeys(points, required[first.task is not None])
        found.append(groups.form(points, needed)[0])
    return found
