"""All rows of a store in memory: what recovering and merging work on."""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradlab import canonical_json
from gradlab.store import folder as folders
from gradlab.store import schema
from gradlab.store.lock import Lock
from gradlab.store.schema import MeasureRow, PointRow, RecordRow, SweepRow
from gradlab.store.sqlite_errors import translate_errors


UNFINISHED = ".results.sqlite.unfinished"


@dataclass
class Rows:
    """The intact rows of a store, each table by its key.

    Attributes:
        points: by key.
        records: by key and name.
        sweeps: by id.
        measures: by name of the record.
    """

    points: dict[str, PointRow] = field(default_factory=dict)
    records: dict[tuple[str, str], RecordRow] = field(default_factory=dict)
    sweeps: dict[str, SweepRow] = field(default_factory=dict)
    measures: dict[str, MeasureRow] = field(default_factory=dict)

    def latest(self) -> SweepRow | None:
        """Return the row of the sweep that ran last."""
        return max(self.sweeps.values(), key=lambda row: row.serial, default=None)

    def requested(self) -> set[str]:
        """Return the keys of all points that any sweep requested."""
        return {
            key
            for row in self.sweeps.values()
            for _, keys in canonical_json.loads(row.keys)
            for key in keys
        }


def write_new(rows: Rows, folder: Path, sweep_toml: str | None) -> None:
    """Write a whole new store, and ``sweep.toml`` which runs its sweep again.

    The store is written under another name and renamed after its last byte, so that
    a killed process leaves a whole store or none.

    Raises:
        StoreError: the folder has results or other files, another process writes
            there, or the disk is full.
    """
    folders.prepare_new(folder)
    file, unfinished = folder / schema.FILE_NAME, folder / UNFINISHED
    with translate_errors(file):
        lock = Lock.take(folder)
        try:
            unfinished.unlink(missing_ok=True)
            with closing(sqlite3.connect(unfinished)) as connection:
                schema.create(connection)
                with connection:
                    for table in schema.ROWS:
                        its: dict[Any, tuple] = getattr(rows, table)
                        connection.executemany(schema.INSERT[table], its.values())
            if sweep_toml is not None:
                folders.write_sweep_file(folder, sweep_toml)
            os.replace(unfinished, file)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            lock.release()
