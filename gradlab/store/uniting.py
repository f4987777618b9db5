"""Points and records of several stores as one, and where they contradict each other.

Merged by point and, within a point, by measure: what one folder computed and another
did not is taken from where it is; of two versions of a measure the newer one. The same
measure of the same point with other numbers in two folders is a conflict: the first
folder's numbers stay, and the conflict is named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradlab.store import codec
from gradlab.store.contents import Contents, holds, with_holds
from gradlab.store.results import BLOCKS


@dataclass(frozen=True)
class Conflict:
    """One measure of one point that two folders tell differently.

    Attributes:
        key: of the point.
        params: of the point.
        record: what differs.
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
class Source:
    """One of the stores to unite.

    Attributes:
        folder: where it stands.
        contents: its intact rows.
    """

    folder: Path
    contents: Contents


ORDER = ("done", "failed", "missing")
"""Which state of a point wins."""


def unite(sources: Sequence[Source]) -> tuple[Contents, list[Conflict]]:
    """Return all points, records and measures; the first folder's wins among equals.

    Sweeps are taken over as they are, less the points whose rows are lost.
    """
    out = Contents()
    conflicts: list[Conflict] = []
    for source in sources:
        for name, row in source.contents.measures.items():
            if name not in out.measures or _version(row) > _version(out.measures[name]):
                out.measures[name] = row
    by_point = [source.contents.by_point() for source in sources]
    keys = dict.fromkeys(key for source in sources for key in source.contents.points)
    for key in keys:
        there = [
            _Part(source, source.contents.points[key], records.get(key, {}))
            for source, records in zip(sources, by_point, strict=True)
            if key in source.contents.points
        ]
        row, records = _point(key, there, conflicts)
        out.points[key] = row
        out.records.update({(key, name): record for name, record in records.items()})
    for source in sources:
        for identity, row in source.contents.sweeps.items():
            out.sweeps.setdefault(identity, _without_lost(row, out.points))
    return out, conflicts


@dataclass(frozen=True)
class _Taken:
    """A measure of a point, as one store has it.

    Attributes:
        complete: whether all records are there that the point says it has.
        version: of the measure.
        extent: for how much of the product, as a place in ``BLOCKS``.
        need: what it was computed with, as in a point's ``computed``; None where the
            point does not say.
        records: name -> row.
        folder: where it stands.
    """

    complete: bool
    version: int
    extent: int
    need: str | None
    records: Mapping[str, tuple]
    folder: Path

    def beats(self, other: "_Taken") -> bool:
        """Say whether it is to be taken although ``other`` came first."""
        mine = (self.complete, self.version, self.extent)
        return mine > (other.complete, other.version, other.extent)

    def contradicts(self, other: "_Taken") -> bool:
        """Say whether both claim to be the same, so that numbers must agree."""
        both = self.complete and other.complete and self.need == other.need
        return both and (self.version, self.extent) == (other.version, other.extent)


def _extent(need: str | None) -> int:
    blocks = BLOCKS[-1] if need is None else need.rpartition(" ")[2]
    return BLOCKS.index(blocks) if blocks in BLOCKS else -1


@dataclass(frozen=True)
class _Part:
    """What one store knows of a point."""

    source: Source
    row: tuple
    records: Mapping[str, tuple]

    def measures(self) -> Iterator[tuple[str, _Taken]]:
        """Go through the measures it has, by name."""
        needs: dict[str, str] = codec.from_json(self.row[4])
        measure_of = self.source.contents.measure_of
        owner = {name: measure_of(name) or name for name in holds(self.row)}
        owner |= {name: measure_of(name) or name for name in self.records}
        lost = {owner[name] for name in owner if name not in self.records}
        for measure in dict.fromkeys([*needs, *owner.values()]):
            rows = {n: row for n, row in self.records.items() if owner[n] == measure}
            need = needs.get(measure)
            version = int(need.split()[0]) if need else _highest(rows)
            yield (
                measure,
                _Taken(
                    complete=measure not in lost,
                    version=version,
                    extent=_extent(need),
                    need=need,
                    records=rows,
                    folder=self.source.folder,
                ),
            )


def _point(
    key: str, there: list[_Part], conflicts: list[Conflict]
) -> tuple[tuple, dict[str, tuple]]:
    """Return the row and the records of a point that stands in one store or more."""
    first = min(there, key=lambda part: ORDER.index(part.row[2]))  # min: the first
    chosen: dict[str, _Taken] = {}
    for part in there:
        for name, taken in part.measures():
            known = chosen.setdefault(name, taken)
            if known is taken:
                continue
            if taken.contradicts(known):
                conflicts += _differences(key, first.row, known, taken)
            elif taken.beats(known):
                chosen[name] = taken
    records = {name: row for m in chosen.values() for name, row in m.records.items()}
    complete = {m: t.need for m, t in chosen.items() if t.complete and t.need}
    change: dict[str, Any] = {"computed": codec.to_json(complete)}
    if not complete and not all(taken.complete for taken in chosen.values()):
        change["status"] = "missing"  # nothing says what is to be computed again
    return with_holds(first.row, records, **change), records


def _highest(rows: Mapping[str, tuple]) -> int:
    return max((int(row[2]) for row in rows.values()), default=0)


def _differences(
    key: str, point: tuple, known: _Taken, taken: _Taken
) -> Iterator[Conflict]:
    for name in known.records.keys() & taken.records.keys():
        mine, theirs = known.records[name], taken.records[name]
        if mine[-1] != theirs[-1]:
            yield Conflict(
                key=key,
                params=codec.from_json(point[1]),
                record=name,
                kept=known.folder,
                other=taken.folder,
                apart=_apart(mine, theirs),
            )


def _apart(mine: tuple, theirs: tuple) -> float:
    a, b = (codec.decode(row, Path()).mean for row in (mine, theirs))
    if a.shape != b.shape:
        return np.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        away = np.where(same, 0.0, np.abs(a - b))
    return float(np.nan_to_num(away, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _without_lost(sweep: tuple, points: Mapping[str, tuple]) -> tuple:
    """Return a sweep's row that asks for no point whose row is gone.

    A reader takes a point that was asked for and is not there for damage. The sweep
    itself, run again, asks for it again.
    """
    asked = [
        [name, [key for key in keys if key in points], needs]
        for name, keys, needs in codec.from_json(sweep[2])
    ]
    identity, config, _, meta, used, _ = sweep
    return codec.seal(identity, config, codec.to_json(asked), meta, used)


def _version(measure: tuple) -> int:
    return int(codec.from_json(measure[1]).get("version", 0))
