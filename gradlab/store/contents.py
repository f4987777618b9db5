"""Everything a store holds, as rows of the newest schema: what merging works on."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gradlab.store import codec, schema


@dataclass
class Contents:
    """The intact rows of a store, each table by its key.

    Attributes:
        points: by key.
        records: by key and measure.
        sweeps: by id.
        measures: by name.
    """

    points: dict[str, tuple] = field(default_factory=dict)
    records: dict[tuple[str, str], tuple] = field(default_factory=dict)
    sweeps: dict[str, tuple] = field(default_factory=dict)
    measures: dict[str, tuple] = field(default_factory=dict)

    def write(self, connection: sqlite3.Connection) -> None:
        """Put these rows in the place of what a database holds; no commit."""
        tables: Mapping[str, Iterable[tuple]] = {
            "points": self.points.values(),
            "records": self.records.values(),
            "sweeps": self.sweeps.values(),
            "measures": self.measures.values(),
        }
        for table, rows in tables.items():
            connection.execute(f"delete from {table}")
            connection.executemany(schema.INSERT[table], rows)

    def latest(self) -> tuple | None:
        """Return the row of the sweep that ran last."""
        return max(self.sweeps.values(), key=lambda row: row[4], default=None)

    def asked(self) -> set[str]:
        """Return the keys of all points that any sweep asked for."""
        return {
            key
            for row in self.sweeps.values()
            for _, keys, _ in codec.from_json(row[2])
            for key in keys
        }

    def by_point(self) -> dict[str, dict[str, tuple]]:
        """Return key -> measure -> record's row."""
        found: dict[str, dict[str, tuple]] = {}
        for (key, measure), row in self.records.items():
            found.setdefault(key, {})[measure] = row
        return found

    def measure_of(self, record: str) -> str | None:
        """Return the measure that a record belongs to; None where nothing says it."""
        if record not in self.measures:
            return None
        told = codec.from_json(self.measures[record][1])
        return str(told.get("measure", record))


def holds(point: tuple) -> dict[str, int]:
    """Return record -> checksum of what a point's row says it has."""
    found: dict[str, int] = codec.from_json(point[5])
    return found


def with_holds(point: tuple, records: Mapping[str, tuple], **change: Any) -> tuple:
    """Return a point's row that has just these records; ``change`` sets columns."""
    values = dict(zip(schema.COLUMNS["points"], point, strict=True))
    values |= {**change, "holds": codec.to_json({m: r[-1] for m, r in records.items()})}
    del values["crc"]
    return codec.seal(*values.values())
