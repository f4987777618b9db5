"""How large a sweep may be before it asks for a yes."""

import random
from math import prod

from gradlab.errors import TooManyPointsError
from gradlab.sweeps.cost import seconds_of
from gradlab.sweeps.points import first_of
from gradlab.sweeps.requirements import requirements_of
from gradlab.sweeps.sweep import GridPlan, Sweep


POINTS = 5_000
SECONDS = 3_600.0
_SAMPLES = 200


def check(sweep: Sweep, jobs: int) -> None:
    """Refuse a sweep past either bound, before its points are even made.

    Raises:
        TooManyPointsError: says how many points and about how long.
    """
    size = sweep.size()
    seconds = sum(seconds_of_grid(grid, sweep) for grid in sweep.grids) / jobs
    if size <= POINTS and seconds <= SECONDS:
        return
    cores = "1 core" if jobs == 1 else f"{jobs} cores"
    raise TooManyPointsError(
        got=f"a sweep of up to {size:,} points, about {duration(seconds)} on {cores}",
        expected=f"at most {POINTS:,} points and {duration(SECONDS)}, or a yes",
        try_="--yes, or fewer values on an axis",
    )


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


def seconds_of_grid(grid: GridPlan, sweep: Sweep) -> float:
    """Estimate a grid's time from a few of its points."""
    needs = requirements_of(grid.measures, grid.blocks, sweep.thresholds)
    pick = random.Random(0)
    count = min(_SAMPLES, prod(len(values) for values in grid.axes.values()))
    total = 0.0
    for _ in range(count):
        given = {axis: pick.choice(values) for axis, values in grid.axes.items()}
        total += seconds_of(first_of(given, grid.seeds[0], sweep), needs)
    return total / count * grid.size()
