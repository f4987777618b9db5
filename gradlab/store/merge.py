"""The rows of several stores as one, and where they contradict each other.

Of each point and measure the records are taken that rank highest: a newer version, then
more blocks (``Requirement.rank``). That order is total, so the outcome does not depend
on the order of the stores. The one exception is a conflict: other numbers for the very
same requirement. The first store's numbers stay then, and the conflict is reported.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradlab import canonical_json
from gradlab.store import codec
from gradlab.store.computed import Measured, read_computed, write_computed
from gradlab.store.rows import Rows
from gradlab.store.schema import MeasureRow, PointRow, RecordRow, SweepRow


@dataclass(frozen=True)
class Conflict:
    """One record of one point that differs between two folders.

    Attributes:
        key: of the point.
        params: of the point.
        record: name of what differs.
        kept: folder whose numbers stay.
        other: folder whose numbers are left out.
        apart: largest distance between two numbers; inf where one of them is not
            finite, or they are not even of the same shape.
    """

    key: str
    params: Mapping[str, Any]
    record: str
    kept: Path
    other: Path
    apart: float


@dataclass(frozen=True)
class _Taken:
    """A measure of a point with all its records, as one folder has it."""

    measured: Measured
    records: Mapping[str, RecordRow]
    folder: Path


def merge(sources: Mapping[Path, Rows]) -> tuple[Rows, list[Conflict]]:
    """Return all points, records, sweeps and measures of several folders.

    Of a point, done ranks over failed, failed over missing, then the one finished last.
    A measure that lost a record is left out; where no folder has all of it, the point
    is missing, so that the next sweep computes it again.

    Args:
        sources: folder -> its intact rows; the first folder's stay in a conflict.
    """
    out = Rows()
    conflicts: list[Conflict] = []
    for key in dict.fromkeys(key for rows in sources.values() for key in rows.points):
        there = {f: rows for f, rows in sources.items() if key in rows.points}
        taken, lost = _measures(key, there, conflicts)
        records = {
            name: row for one in taken.values() for name, row in one.records.items()
        }
        out.points[key] = _point(
            [rows.points[key] for rows in there.values()], taken, records, bool(lost)
        )
        out.records |= {(key, name): row for name, row in records.items()}
    for rows in sources.values():
        for identity, row in rows.sweeps.items():
            row = _without_lost(row, out.points)
            known = out.sweeps.setdefault(identity, row)
            out.sweeps[identity] = max(known, row, key=lambda row: (row.serial, row))
        for name, about in rows.measures.items():
            both = out.measures.get(name, about), about
            out.measures[name] = max(both, key=_version)
    return out, conflicts


def _measures(
    key: str, there: Mapping[Path, Rows], conflicts: list[Conflict]
) -> tuple[dict[str, _Taken], set[str]]:
    """Return the measures of a point to be kept, and those that are lost."""
    taken: dict[str, _Taken] = {}
    listed: set[str] = set()
    for folder, rows in there.items():
        point = rows.points[key]
        for name, measured in read_computed(point.computed).items():
            listed.add(name)
            names = measured.records
            records = {
                n: rows.records[key, n] for n in names if (key, n) in rows.records
            }
            if len(records) < len(names):
                continue
            new = _Taken(measured, records, folder)
            known = taken.setdefault(name, new)
            if measured.requirement.rank > known.measured.requirement.rank:
                taken[name] = new
            elif measured.requirement == known.measured.requirement:
                conflicts += _conflicts(key, point, known, new)
    return taken, listed - taken.keys()


_STATES = ("missing", "failed", "done")


def _point(
    rows: list[PointRow],
    taken: Mapping[str, _Taken],
    records: Mapping[str, RecordRow],
    incomplete: bool,
) -> PointRow:
    """Return one row for a point that is in one store or more."""
    best = max(
        rows,
        key=lambda row: (
            _STATES.index(row.status),
            row.finished or 0.0,
            row.message,
            row.serial,
        ),
    )
    merged = best._replace(
        computed=write_computed({name: one.measured for name, one in taken.items()}),
        checksums=canonical_json.dumps(
            {name: row.crc for name, row in records.items()}
        ),
        status="missing" if incomplete and best.status == "done" else best.status,
    )
    return codec.add_crc(merged)


def _conflicts(
    key: str, point: PointRow, known: _Taken, new: _Taken
) -> Iterator[Conflict]:
    for name in known.records.keys() & new.records.keys():
        mine, theirs = known.records[name], new.records[name]
        if mine.crc != theirs.crc:
            yield Conflict(
                key=key,
                params=canonical_json.loads(point.params),
                record=name,
                kept=known.folder,
                other=new.folder,
                apart=_apart(mine, theirs),
            )


def _apart(mine: RecordRow, theirs: RecordRow) -> float:
    a, b = (codec.decode(row, Path()).values for row in (mine, theirs))
    if a.shape != b.shape:
        return np.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        away = np.where(same, 0.0, np.abs(a - b))
    return float(np.nan_to_num(away, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _without_lost(sweep: SweepRow, points: Mapping[str, PointRow]) -> SweepRow:
    """Return a sweep's row that requests no point whose row is lost.

    A reader takes a requested point that is not there for damage. The sweep itself,
    run again, requests it again.
    """
    keys = [
        [name, [key for key in its if key in points]]
        for name, its in canonical_json.loads(sweep.keys)
    ]
    return codec.add_crc(sweep._replace(keys=canonical_json.dumps(keys)))


def _version(measure: MeasureRow) -> tuple[int, str]:
    about = canonical_json.loads(measure.manifest)
    return int(about.get("version", 0)), measure.manifest
