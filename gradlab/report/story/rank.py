"""Which row holds the gradient best, and which least."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gradlab.report.story.rows import Row


CLASSES = {
    "stable": 0,
    "fading": 1,
    "growing": 1,
    "undetermined": 2,
    "vanishing": 3,
    "exploding": 3,
    "dead": 4,
    "not_finite": 4,
    "": 5,
}


def merit(row: Row) -> tuple[float, float, float, float]:
    """Smaller is better: class of the verdict, reach, directions, distance from 1.

    Size alone does not win: among rows that hold equally far, the one that keeps more
    directions is better. Among those that vanish or explode the nearest to 1 is.
    """
    size = row.size()
    horizon, length = row.horizon(), row.length
    reach = -min(horizon, length + 1) if not math.isnan(horizon) else 0.0
    rank = directions(row)
    distance = abs(size.ln) if math.isfinite(size.ln) else math.inf
    rounded = -round(rank) if not math.isnan(rank) else 0.0
    rank = CLASSES[size.word]
    return (rank, 0.0, 0.0, distance) if rank == 3 else (rank, reach, rounded, distance)


def plain_row(rows: Iterable[Row]) -> Row | None:
    """The plain RNN at reference values, or None."""
    return next((r for r in rows if r.key == "rnn"), None)


def directions(row: Row) -> float:
    """Stable rank of the whole product at the largest lag, geometric over seeds."""
    found = row.values("stable_rank", block="joint", lag=row.length)
    found = found[found > 0]
    if not found.size:
        return math.nan
    return math.exp(sum(math.log(v) for v in found) / found.size)


def state_size(row: Row) -> int:
    """Of how many numbers the state is, in all its layers; 0 where that is not known.

    It is the stable rank at lag 0, where the product is the identity.
    """
    size = row.spread("stable_rank", block="joint", lag=0).mean
    return 0 if math.isnan(size) else round(size)


def worst(rows: Iterable[Row]) -> Row:
    """The row farthest from holding it: dead or not finite, else farthest from 1."""

    def distance(row: Row) -> tuple[bool, float]:
        size = row.size()
        ended = size.word in ("dead", "not_finite")
        return (ended, abs(size.ln) if math.isfinite(size.ln) else -1.0)

    return max((r for r in rows if r.size().word), key=distance)


def sample(rows: tuple[Row, ...], limit: int = 24) -> tuple[Row, ...]:
    """All rows, or where they are too many the extremes and those about the median."""
    if len(rows) <= limit:
        return rows
    ranked = sorted(rows, key=lambda r: _order(r.size().ln))
    third = limit // 3
    middle = (len(ranked) - third) // 2
    chosen = ranked[:third] + ranked[middle : middle + third] + ranked[-third:]
    names = {id(row) for row in chosen}
    return tuple(row for row in rows if id(row) in names)


def _order(ln: float) -> float:
    return ln if not math.isnan(ln) else math.inf
