"""Write results: one SQLite file, one writer, a transaction for each point.

The write-ahead log (WAL) lets readers see a running sweep without blocking its writer,
and a killed writer loses at most the point it was saving. ``synchronous=normal`` is
durable against a killed process, and consistent after a power failure.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from gradlab import canonical_json
from gradlab.errors import StoreError
from gradlab.labelled import LabelledArray
from gradlab.requirement import Requirement
from gradlab.store import codec, folder, schema
from gradlab.store.computed import (
    GridRequirements,
    Measured,
    read_computed,
    write_computed,
    write_requirements,
)
from gradlab.store.lock import Lock
from gradlab.store.reading import read_rows, require_regular
from gradlab.store.schema import MeasureRow, PointRow, SweepRow
from gradlab.store.sqlite_errors import removed_error, translate_errors


PointStates = dict[str, tuple[str, dict[str, Requirement]]]
"""Key of a point -> (status, measure -> what it was computed with)."""


class Store:
    """The results of a folder, open for writing (and reading of what is there).

    Made by :meth:`open`; a context manager::

        with Store.open("reports/mine", create=True) as store:
            store.save_point(key, params, records={"horizon": [record]})
            store.save_sweep("id", {}, {"mine": [key]}, {"name": "mine"})
    """

    def __init__(self, file: Path, connection: sqlite3.Connection, lock: Lock) -> None:
        self.file = file
        self.connection = connection
        self.lock = lock
        self._opened = file.stat()
        self._serial = schema.last_serial(connection, file)
        self._removed: StoreError | None = None

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> Self:
        """Open the store of a folder; with ``create`` make it where there is none.

        Raises:
            StoreError: nothing there, not a store, not writable, another version, or
                another process writes there.
        """
        where = Path(path)
        file = where / schema.FILE_NAME
        if create:
            folder.prepare(where)
        elif not file.exists():
            raise folder.no_results_error(where)
        folder.refuse_link(file)
        if file.exists() and not os.access(file, os.W_OK):
            raise folder.not_writable_error(f"{file}, which is not writable")
        require_regular(file)
        with translate_errors(file):
            lock = Lock.take(where)
            try:
                return cls(file, _connect(file), lock)
            except BaseException:
                lock.release()
                raise

    def close(self) -> None:
        """Fold the log into the file, so that it can be copied alone, and close it."""
        try:
            with translate_errors(self.file):
                is_there = self._is_there()
                with suppress(sqlite3.OperationalError):  # a reader is there just now
                    if is_there:
                        self.connection.execute("pragma busy_timeout=0")
                        self.connection.execute("pragma journal_mode=delete").fetchone()
                self.connection.close()
                if not is_there and self.lock.is_held():
                    # or SQLite reads our log into whatever file is there next
                    for end in ("-wal", "-shm"):
                        Path(f"{self.file}{end}").unlink(missing_ok=True)
        finally:
            self.lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add_missing(self, points: Mapping[str, Mapping[str, Any]]) -> None:
        """Insert those of the points (key -> params) that are absent, as missing."""
        rows = [
            codec.add_crc(PointRow(key, canonical_json.dumps(dict(params)), "missing"))
            for key, params in points.items()
        ]
        with self._transaction() as connection:
            connection.executemany(
                schema.INSERT["points"].replace("replace", "ignore"), rows
            )

    def save_point(
        self,
        key: str,
        params: Mapping[str, Any],
        *,
        status: str = "done",
        message: str = "",
        records: Mapping[str, Iterable[LabelledArray]] = MappingProxyType({}),
        computed: Mapping[str, Requirement] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Write one point with its records, all or nothing.

        A measure that is computed again replaces all its records; records of other
        measures stay.

        Args:
            key: of the point.
            params: every axis and setting.
            status: ``"done"`` or ``"failed"``.
            message: why it failed.
            records: measure -> what it gave.
            computed: measure -> what it was computed with; its first version with no
                settings where it has records and is not in here.
            seconds: of computing time.

        Raises:
            StoreError: e.g. a full disk; what was saved before is kept.
        """
        known = {name: Requirement(name) for name in records} | dict(computed or {})
        by_measure = {
            measure: (requirement, list(records.get(measure, ())))
            for measure, requirement in known.items()
        }
        rows = [
            codec.encode(key, record)
            for _, its in by_measure.values()
            for record in its
        ]
        with self._transaction() as connection:
            measured, checksums = self._measured(key)
            outdated = {
                name
                for measure in by_measure.keys() & measured.keys()
                for name in measured[measure].records
            }
            for name in outdated:
                checksums.pop(name, None)
            checksums |= {row.measure: row.crc for row in rows}
            measured |= {
                measure: Measured(requirement, tuple(r.name for r in its))
                for measure, (requirement, its) in by_measure.items()
            }
            connection.executemany(
                "delete from records where key = ? and measure = ?",
                [(key, name) for name in outdated],
            )
            point = PointRow(
                key=key,
                params=canonical_json.dumps(dict(params)),
                status=status,
                message=message,
                computed=write_computed(measured),
                checksums=canonical_json.dumps(checksums),
                seconds=None if seconds is None else float(seconds),
                finished=time.time(),
                serial=self._next_serial(),
            )
            connection.execute(schema.INSERT["points"], codec.add_crc(point))
            connection.executemany(schema.INSERT["records"], rows)

    def save_sweep(
        self,
        identity: str,
        config: Mapping[str, Any],
        grids: Mapping[str, Iterable[str]],
        meta: Mapping[str, Any],
        *,
        requirements: GridRequirements | None = None,
    ) -> None:
        """Write what was requested; the sweep saved last is the one reports cover.

        Args:
            identity: of the config; the same sweep again replaces its row.
            config: as it was resolved.
            grids: name -> keys of its points, in order.
            meta: facts about the runs, for a report to print: name, command, started,
                finished, seconds, versions, verification, thresholds.
            requirements: grid -> measure -> what each of its points is to have;
                without it a point that is done lacks nothing.
        """
        row = SweepRow(
            id=identity,
            config=canonical_json.dumps(dict(config)),
            # lists keep the order of the grids
            keys=canonical_json.dumps(
                [[name, list(keys)] for name, keys in grids.items()]
            ),
            requirements=write_requirements(requirements or {}),
            meta=canonical_json.dumps(dict(meta)),
            serial=self._next_serial(),
        )
        with self._transaction() as connection:
            connection.execute(schema.INSERT["sweeps"], codec.add_crc(row))

    def save_record_metadata(self, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        """Write what records are: name -> measure, version, symbol, unit, ..."""
        rows = [
            codec.add_crc(MeasureRow(name, canonical_json.dumps(dict(about))))
            for name, about in metadata.items()
        ]
        with self._transaction() as connection:
            connection.executemany(schema.INSERT["measures"], rows)

    def sweep_meta(self, identity: str) -> dict[str, Any]:
        """Return the meta of a sweep that ran here before, or an empty dict.

        Raises:
            DamagedError: its bytes changed on disk.
        """
        with translate_errors(self.file):
            where, values = "where id = ?", (identity,)
            rows = read_rows(self.connection, self.file, "sweeps", where, values)
        codec.require_intact(rows, self.file, "what was requested")
        return canonical_json.loads(rows[0].meta) if rows else {}

    def point_states(self) -> PointStates:
        """Return status and requirements of every point."""
        return read_point_states(self.connection, self.file)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all of a block or nothing.

        Raises:
            StoreError: the file is no longer the one that was opened. What was saved in
                it is then in a folder beside this one.
        """
        with translate_errors(self.file):
            if self._removed is None and not self._is_there():
                self._removed = removed_error(self.file, self._rescue())
            if self._removed is not None:
                raise self._removed
            with self.connection as connection:
                yield connection

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _is_there(self) -> bool:
        """Whether the file was not removed, moved or replaced since it was opened."""
        try:
            return os.path.samestat(self.file.stat(), self._opened)
        except OSError:
            return False

    def _rescue(self) -> Path | None:
        """Copy what a removed file holds, as long as it is open, into a new folder."""
        beside = folder.free_name(self.file.parent, "rescued")
        try:
            beside.mkdir()
            with closing(sqlite3.connect(beside / schema.FILE_NAME)) as copy:
                self.connection.backup(copy)
                copy.execute("pragma journal_mode=delete").fetchone()
        except (OSError, sqlite3.Error):
            return None
        return beside

    def _measured(self, key: str) -> tuple[dict[str, Measured], dict[str, int]]:
        """Return measure -> what a point has of it, and record -> its checksum."""
        where = "where key = ?"
        rows = read_rows(self.connection, self.file, "points", where, (key,))
        codec.require_intact(rows, self.file, "point {}")
        if not rows:
            return {}, {}
        return read_computed(rows[0].computed), canonical_json.loads(rows[0].checksums)


def read_point_states(connection: sqlite3.Connection, file: Path) -> PointStates:
    """Return status and requirements of every point, without its numbers.

    Raises:
        DamagedError: a point's bytes changed on disk.
    """
    with translate_errors(file):
        rows = read_rows(connection, file, "points")
    codec.require_intact(rows, file, "point {}")
    # points of one sweep share these texts: each is parsed once and held once
    computed = {
        text: {name: has.requirement for name, has in read_computed(text).items()}
        for text in {row.computed for row in rows}
    }
    return {row.key: (row.status, computed[row.computed]) for row in rows}


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=30)
    try:
        new = schema.is_empty(connection)
        if not new:
            # before anything is written: through a damaged index a row is added where
            # it should be replaced, or another one is replaced
            schema.check(connection, file)
            schema.check_indices(connection, file)
        # network file systems have no WAL: SQLite then answers with another mode,
        # which serves as well but makes readers wait
        connection.execute("pragma journal_mode=wal").fetchone()
        connection.execute("pragma synchronous=normal")
        if new:
            schema.create(connection)
    except BaseException:
        connection.close()
        raise
    return connection
