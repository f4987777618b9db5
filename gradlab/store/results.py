"""Reading results: the points a sweep asked for, and what was measured of each."""

import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gradlab.store import codec
from gradlab.store.failures import explained
from gradlab.store.reading import reader
from gradlab.store.record import Record
from gradlab.store.schema import FILE_NAME


if TYPE_CHECKING:
    import pandas


class Shelf:
    """Records of a store, fetched measure by measure when first asked for."""

    def __init__(self, folder: Path, keys: frozenset[str]) -> None:
        self._folder = folder
        self._file = folder / FILE_NAME
        self._keys = keys
        self._rows: dict[str, dict[str, tuple]] = {}
        self._decoded: dict[tuple[str, str], Record] = {}

    def record(self, key: str, measure: str, *, claimed: bool = False) -> Record | None:
        """Return one record, or None; ``claimed`` where its point says it is there.

        Raises:
            StoreError: the bytes on disk changed.
        """
        if (key, measure) not in self._decoded:
            row = self._of_measure(measure).get(key)
            if row is None and claimed:
                raise codec.damaged(self._file, f"{measure} of point {key}")
            if row is None or self.versions.get(measure) not in (None, row[2]):
                return None
            self._decoded[key, measure] = codec.decode(row, self._file)
            del self._rows[measure][key]  # the record has its bytes
        return self._decoded[key, measure]

    @cached_property
    def versions(self) -> dict[str, int]:
        """The version of each measure that counts; records of others are stale."""
        with reader(self._folder) as connection:
            rows = connection.execute("select * from measures").fetchall()
        for row in rows:
            if not codec.fits(row):
                raise codec.damaged(self._file, "the list of measures")
        found = {name: codec.from_json(text) for name, text, _ in rows}
        return {name: v["version"] for name, v in found.items() if "version" in v}

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Names of everything recorded, sorted."""
        with reader(self._folder) as connection:
            rows = connection.execute("select distinct measure from records").fetchall()
        return tuple(sorted(name for (name,) in rows))

    def only(self, keys: Sequence[str]) -> "Shelf":
        """Return a shelf of a few points, all their records fetched at once."""
        part = Shelf(self._folder, frozenset(keys))
        part.versions, part.measures = self.versions, self.measures
        part._rows = {measure: {} for measure in self.measures}
        marks = ",".join("?" * len(keys))
        with reader(self._folder) as connection:
            asked = connection.execute(
                f"select * from records where key in ({marks})", tuple(keys)
            )
            for row in asked:
                part._rows.setdefault(row[1], {})[row[0]] = row
        return part

    def _of_measure(self, measure: str) -> dict[str, tuple]:
        if measure not in self._rows:
            with reader(self._folder) as connection:
                rows = connection.execute(
                    "select * from records where measure = ?", (measure,)
                ).fetchall()
            self._rows[measure] = {row[0]: row for row in rows if row[0] in self._keys}
        return self._rows[measure]


@dataclass(frozen=True, eq=False)
class PointResult:
    """One point: its parameters, and its records on demand.

    Attributes:
        key: hash of what is computed.
        params: every axis and setting; None where one does not apply.
        status: ``"done"``, ``"failed"`` or ``"missing"``.
        message: why it failed.
        computed: measure -> what it was computed with.
        holds: names of the records it says it has.
    """

    key: str
    params: Mapping[str, Any]
    status: str
    message: str
    computed: Mapping[str, str]
    holds: frozenset[str]
    shelf: Shelf = field(repr=False)

    def record(self, measure: str) -> Record | None:
        """Return what was measured, or None where it was not.

        Raises:
            StoreError: the bytes on disk changed.
        """
        return self.shelf.record(self.key, measure, claimed=measure in self.holds)

    @property
    def measured(self) -> bool:
        """Whether it has records: it is done, or failed in some measures only."""
        return self.status == "done" or bool(self.computed)

    @property
    def broke_at(self) -> float:
        """Step at which the numbers first were not finite; NaN where they stayed so."""
        record = self.record("breakdown")
        if record is None or not record.has(index="not_finite"):
            return math.nan
        return record.at(index="not_finite")


@dataclass(frozen=True, eq=False)
class Results:
    """What a folder holds of the sweep that ran there last.

    Attributes:
        folder: where it stands.
        points: the points asked for, each once.
        grids: the same points by the grids they belong to.
        meta: name, config, command, started, finished, seconds, versions,
            verification, thresholds, and ``counts`` of points: asked, done, failed,
            missing, not_finite, and others that stand in the store but were not asked
            for.
    """

    folder: Path
    points: list[PointResult]
    grids: dict[str, list[PointResult]]
    meta: dict[str, Any]
    shelf: Shelf = field(repr=False)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Read the results in a folder; works while a sweep writes there.

        Raises:
            StoreError: nothing there, damaged, another version.
        """
        where = Path(folder)
        with reader(where) as connection:
            sweep = connection.execute(
                "select * from sweeps order by used desc limit 1"
            ).fetchone()
            rows = connection.execute("select * from points").fetchall()
        if sweep is not None and not codec.fits(sweep):
            raise codec.damaged(where / FILE_NAME, "what was asked for")
        for row in rows:
            if not codec.fits(row):
                raise codec.damaged(where / FILE_NAME, f"point {row[0]}")
        shelf = Shelf(where, frozenset(row[0] for row in rows))
        with explained(where / FILE_NAME):
            points = _points(rows, shelf)
            lost = _lost(points, sweep)
            if lost:
                raise codec.damaged(
                    where / FILE_NAME, f"point {lost[0]}, which is lost"
                )
            return cls(where, *_of_sweep(points, sweep), shelf)

    def frame(self) -> "pandas.DataFrame":
        """Return one row per value, with the columns of ``gradlab export``."""
        from gradlab.store.frame import frame

        return frame(self)

    def parts(self, size: int = 100) -> Iterator["Results"]:
        """Yield the points a few at a time, in order: what they fill stays bounded."""
        for start in range(0, len(self.points), size):
            few = self.points[start : start + size]
            shelf = self.shelf.only([point.key for point in few])
            points = [replace(point, shelf=shelf) for point in few]
            yield replace(self, points=points, grids={}, shelf=shelf)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of everything recorded in this folder, sorted."""
        return self.shelf.measures


def _points(rows: Iterable[tuple], shelf: Shelf) -> dict[str, PointResult]:
    """Return key -> point; what many points have alike is held once for all."""
    needs: dict[str, Mapping[str, str]] = {}
    names: dict[frozenset[str], frozenset[str]] = {}
    words: dict[Any, Any] = {}
    points = {}
    for key, params, status, message, computed, holds, *_ in rows:
        if computed not in needs:
            needs[computed] = codec.from_json(computed)
        held = frozenset(codec.from_json(holds))
        points[key] = PointResult(
            key,
            {
                sys.intern(axis): words.setdefault((type(value), value), value)
                for axis, value in codec.from_json(params).items()
            },
            status,
            message,
            needs[computed],
            names.setdefault(held, held),
            shelf,
        )
    return points


def _lost(points: Mapping[str, PointResult], sweep: tuple | None) -> list[str]:
    """Return the keys asked for that are not there; a sweep notes all of them first."""
    asked = [] if sweep is None else codec.from_json(sweep[2])
    return [key for _, keys, _ in asked for key in keys if key not in points]


def _of_sweep(
    points: dict[str, PointResult], sweep: tuple | None
) -> tuple[list[PointResult], dict[str, list[PointResult]], dict[str, Any]]:
    """Return the points asked for, by grid, and the meta with counts."""
    if sweep is None:
        asked: list[list] = [["all", list(points), {}]]
        meta: dict[str, Any] = {}
    else:
        config, asked, meta = (codec.from_json(text) for text in sweep[1:4])
        meta["config"] = config
    grids = {name: [points[key] for key in keys] for name, keys, _ in asked}
    chosen = {point.key: point for members in grids.values() for point in members}
    meta["counts"] = _counts(chosen, asked, len(points))
    return list(chosen.values()), grids, meta


def _counts(
    chosen: dict[str, PointResult], asked: list[list], in_store: int
) -> dict[str, int]:
    states = Counter(point.status for point in chosen.values())
    incomplete = {
        key
        for _, keys, needs in asked
        for key in keys
        if key in chosen
        and chosen[key].status == "done"
        and not covers(chosen[key].computed, needs)
    }
    return {
        "asked": len(chosen),
        "done": states["done"] - len(incomplete),
        "failed": states["failed"],
        "missing": states["missing"] + len(incomplete),
        "not_finite": sum(not math.isnan(p.broke_at) for p in chosen.values()),
        "others": in_store - len(chosen),
    }


BLOCKS = ("joint", "all")
"""What a product can have been computed for; each serves those before it."""


def covers(computed: Mapping[str, str], needs: Mapping[str, str]) -> bool:
    """Say whether a point holds all that is needed, by measure.

    A need is written ``VERSION SETTINGS BLOCKS``; results of all blocks serve where
    the joint one is needed.

    >>> covers({"horizon": "1 {} all"}, {"horizon": "1 {} joint"})
    True
    >>> covers({"horizon": "1 {} all"}, {"horizon": "2 {} all"})
    False
    >>> covers({"horizon": "1 {} joint"}, {"horizon": "1 {} all"})
    False
    """
    return all(
        computed.get(measure) in _served_by(need) for measure, need in needs.items()
    )


def _served_by(need: str) -> tuple[str, ...]:
    """Return the needs whose results serve this one."""
    what, _, blocks = need.rpartition(" ")
    if blocks not in BLOCKS:
        return (need,)
    return tuple(f"{what} {more}" for more in BLOCKS[BLOCKS.index(blocks) :])
