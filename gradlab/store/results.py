"""Read results: the points a sweep requested, and what was measured of each."""

import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from gradlab import canonical_json
from gradlab.labelled import LabelledArray
from gradlab.requirement import Requirement, covers
from gradlab.store import codec
from gradlab.store.computed import Measured, read_computed, read_requirements
from gradlab.store.reading import read_rows, reader
from gradlab.store.schema import FILE_NAME, PointRow, RecordRow, SweepRow
from gradlab.store.sqlite_errors import damaged_error, translate_errors


class RecordCache:
    """Records of a store, fetched measure by measure when first read."""

    def __init__(self, folder: Path, keys: frozenset[str]) -> None:
        self._folder = folder
        self._file = folder / FILE_NAME
        self._keys = keys
        self._rows: dict[str, dict[str, RecordRow]] = {}
        self._decoded: dict[tuple[str, str], LabelledArray] = {}

    def record(self, key: str, name: str) -> LabelledArray:
        """Return a record that its point lists.

        Raises:
            DamagedError: it is not there, or its bytes changed on disk.
        """
        if (key, name) not in self._decoded:
            if name not in self._rows:
                self._rows |= {name: {}} | self._fetch("measure = ?", [name])
            row = self._rows[name].pop(key, None)  # the record keeps its bytes
            if row is None:
                raise damaged_error(self._file, f"{name} of point {key}")
            self._decoded[key, name] = codec.decode(row, self._file)
        return self._decoded[key, name]

    def only(self, keys: Sequence[str], names: Iterable[str]) -> "RecordCache":
        """Return a cache of a few points, all their records fetched at once."""
        part = RecordCache(self._folder, frozenset(keys))
        where = f"key in ({','.join('?' * len(keys))})"
        part._rows = dict.fromkeys(names, {}) | part._fetch(where, keys)
        return part

    def _fetch(
        self, where: str, values: Sequence[str]
    ) -> dict[str, dict[str, RecordRow]]:
        """Return name -> key -> row."""
        found: dict[str, dict[str, RecordRow]] = {}
        with reader(self._folder) as connection:
            rows = read_rows(
                connection, self._file, "records", f"where {where}", values
            )
            for row in rows:
                its = found.setdefault(row.measure, {})
                if row.key in its:
                    what = f"{row.measure} of point {row.key}, which is there twice"
                    raise damaged_error(self._file, what)
                if row.key in self._keys:
                    its[row.key] = row
        return found


@dataclass(frozen=True, eq=False)
class PointResult:
    """One point: its parameters, and its records on demand.

    Attributes:
        key: hash of what is computed.
        params: every axis and setting; None where one does not apply.
        status: ``"done"``, ``"failed"``, or ``"missing"`` where nothing was computed
            or a measure that the sweep requests is not there.
        message: why it failed.
        computed: measure -> what it was computed with; without measures that have
            changed since (in version, settings or source).
        names: of the records it has.
    """

    key: str
    params: Mapping[str, Any]
    status: str
    message: str
    computed: Mapping[str, Requirement]
    names: frozenset[str]
    cache: RecordCache = field(repr=False)

    def record(self, name: str) -> LabelledArray | None:
        """Return what was measured, or None where it was not.

        Raises:
            DamagedError: the bytes on disk changed.
        """
        if name not in self.names:
            return None
        return self.cache.record(self.key, name)

    @property
    def measured(self) -> bool:
        """Whether it has records: it is done, or lacks or failed in some measures."""
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
        folder: that was read.
        points: the points requested, each once.
        grids: the same points by the grids they belong to.
        meta: name, config, command, started, finished, seconds, versions,
            verification, thresholds, and ``counts`` of points: requested, done,
            failed, missing, not_finite, and others that are in the store but were
            not requested.
        requirements: grid -> measure -> what its points are to have.
    """

    folder: Path
    points: list[PointResult]
    grids: dict[str, list[PointResult]]
    meta: dict[str, Any]
    requirements: Mapping[str, Mapping[str, Requirement]]
    cache: RecordCache = field(repr=False)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Read the results in a folder; works while a sweep writes there.

        Raises:
            StoreError: nothing there, damaged, another version.
        """
        where = Path(folder)
        file = where / FILE_NAME
        with reader(where) as connection:
            sweeps = read_rows(connection, file, "sweeps", "order by serial")
            points = read_rows(connection, file, "points")
        codec.require_intact(sweeps, file, "what was requested")
        codec.require_intact(points, file, "point {}")
        with translate_errors(file):
            return cls._of_rows(where, points, sweeps)

    @classmethod
    def _of_rows(
        cls, folder: Path, rows: list[PointRow], sweeps: list[SweepRow]
    ) -> Self:
        """Return the points of the last sweep, with counts."""
        grids: list[list] = [["all", [row.key for row in rows]]]
        requirements: dict[str, dict[str, Requirement]] = {}
        meta: dict[str, Any] = {}
        if sweeps:
            last = sweeps[-1]
            grids = canonical_json.loads(last.keys)
            requirements = read_requirements(last.requirements)
            meta = canonical_json.loads(last.meta)
            meta["config"] = canonical_json.loads(last.config)
        wanted: dict[str, list[Requirement]] = {}
        for name, keys in grids:
            for key in keys:
                wanted.setdefault(key, []).extend(requirements.get(name, {}).values())
        chosen = [row for row in rows if row.key in wanted]
        cache = RecordCache(folder, frozenset(wanted))
        found = _points(chosen, wanted, _current(sweeps), cache)
        points = {point.key: point for point in found}
        for key in wanted:  # a sweep notes all its points before it computes any
            if key not in points:
                raise damaged_error(folder / FILE_NAME, f"point {key}, which is lost")
        meta["counts"] = _counts(points.values(), len(rows))
        return cls(
            folder,
            [points[key] for key in wanted],
            {name: [points[key] for key in keys] for name, keys in grids},
            meta,
            requirements,
            cache,
        )

    def parts(self, size: int = 100) -> Iterator["Results"]:
        """Yield the points a few at a time, in order: what they fill stays bounded."""
        for start in range(0, len(self.points), size):
            few = self.points[start : start + size]
            cache = self.cache.only([point.key for point in few], self.measures)
            points = [replace(point, cache=cache) for point in few]
            yield replace(self, points=points, grids={}, cache=cache)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of all records of these points, sorted."""
        return tuple(sorted(frozenset().union(*{point.names for point in self.points})))


def _current(sweeps: Iterable[SweepRow]) -> dict[str, Requirement]:
    """Return each measure as the latest sweep that requested it did."""
    current: dict[str, Requirement] = {}
    for row in sweeps:
        for its in read_requirements(row.requirements).values():
            current |= its
    return current


def _points(
    rows: Iterable[PointRow],
    wanted: Mapping[str, list[Requirement]],
    current: Mapping[str, Requirement],
    cache: RecordCache,
) -> Iterator[PointResult]:
    """Yield the points; values and texts that are equal are held once for all."""
    parsed: dict[str, tuple[dict[str, Requirement], frozenset[str]]] = {}
    words: dict[Any, Any] = {}
    for row in rows:
        if row.computed not in parsed:
            there = _without_changed(read_computed(row.computed), current)
            parsed[row.computed] = (
                {name: one.requirement for name, one in there.items()},
                frozenset(name for one in there.values() for name in one.records),
            )
        requirements, names = parsed[row.computed]
        status = row.status
        if status != "failed" and wanted[row.key]:
            status = "done" if covers(requirements, wanted[row.key]) else "missing"
        named = {
            sys.intern(axis): words.setdefault((type(value), value), value)
            for axis, value in canonical_json.loads(row.params).items()
        }
        yield PointResult(
            row.key, named, status, row.message, requirements, names, cache
        )


def _without_changed(
    computed: Mapping[str, Measured], current: Mapping[str, Requirement]
) -> dict[str, Measured]:
    """Leave out measures that have changed since they were computed."""
    return {
        name: one
        for name, one in computed.items()
        if name not in current
        or one.requirement.fingerprint == current[name].fingerprint
    }


def _counts(points: Iterable[PointResult], in_store: int) -> dict[str, int]:
    chosen = list(points)
    states = Counter(point.status for point in chosen)
    return {
        "requested": len(chosen),
        "done": states["done"],
        "failed": states["failed"],
        "missing": states["missing"],
        "not_finite": sum(not math.isnan(point.broke_at) for point in chosen),
        "others": in_store - len(chosen),
    }
