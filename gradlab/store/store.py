"""Writing results: one SQLite file, one writer, a transaction for each save."""

import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gradlab.errors import StoreError
from gradlab.store import codec, folder, migrations, schema
from gradlab.store.failures import explained
from gradlab.store.known import known
from gradlab.store.lock import Lock
from gradlab.store.record import Record


class Store:
    """The results of a folder, open for writing (and reading of what is there).

    Made by :meth:`open`; a context manager::

        with Store.open("reports/mine", create=True) as store:
            store.save_point(key, params, records=[record])
            store.save_sweep("id", {}, {"mine": [key]}, {"name": "mine"})
    """

    def __init__(self, file: Path, connection: sqlite3.Connection, lock: Lock) -> None:
        self.file = file
        self.connection = connection
        self.lock = lock

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> Self:
        """Open the store of a folder; with ``create`` lay it where there is none.

        Asks SQLite for a write-ahead log, so that readers see a running sweep, and
        takes what it answers: on network file systems there is none.

        Raises:
            StoreError: nothing there, not ours, not writable, another version, or
                another process writes there.
        """
        where = Path(path)
        file = where / schema.FILE_NAME
        if create:
            folder.prepare(where)
        elif not file.exists():
            raise missing(where)
        with explained(file):
            if file.exists() and not os.access(file, os.W_OK):
                raise sqlite3.OperationalError("readonly file")
            lock = Lock.take(where)
            try:
                return cls(file, _connect(file), lock)
            except BaseException:
                lock.release()
                raise

    def close(self) -> None:
        """Fold the log into the file, so that it can be read alone, and close it."""
        try:
            with explained(self.file):
                with suppress(sqlite3.OperationalError):  # a reader is there just now
                    self.connection.execute("pragma busy_timeout=0")
                    self.connection.execute("pragma journal_mode=delete").fetchone()
                self.connection.close()
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

    def expect(self, points: Mapping[str, Mapping[str, Any]]) -> None:
        """Note points (key -> params) as missing where they are not there yet."""
        rows = [
            codec.seal(
                key, codec.to_json(dict(params)), "missing", "", "{}", "{}", None, None
            )
            for key, params in points.items()
        ]
        with explained(self.file), self.connection as connection:
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
        records: Iterable[Record] = (),
        computed: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> None:
        """Write one point with its records, all or nothing.

        Records replace those of the same measure; others stay. ``computed`` (measure
        -> what it was computed with) is merged into what stands there.

        Raises:
            StoreError: e.g. a full disk; what was saved before is kept.
        """
        rows = [codec.encode(key, record) for record in records]
        with explained(self.file), self.connection as connection:
            known, held = self._known(key)
            known.update(computed or {})
            held.update({row[1]: row[-1] for row in rows})
            connection.execute(
                schema.INSERT["points"],
                codec.seal(
                    key,
                    codec.to_json(dict(params)),
                    status,
                    message,
                    codec.to_json(known),
                    codec.to_json(held),
                    None if seconds is None else float(seconds),
                    time.time(),
                ),
            )
            connection.executemany(schema.INSERT["records"], rows)

    def save_sweep(
        self,
        identity: str,
        config: Mapping[str, Any],
        grids: Mapping[str, Iterable[str]],
        meta: Mapping[str, Any],
        *,
        needs: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Write what was asked for; the sweep saved last is the one reports cover.

        Args:
            identity: of the config; the same sweep again replaces its row.
            config: as it was resolved.
            grids: name -> keys of its points, in order.
            meta: name, command, started, finished, seconds, versions, verification,
                thresholds; whatever a report wants to print.
            needs: grid -> measure -> what it is to be computed with (as in a point's
                ``computed``); without it a point that is done misses nothing.
        """
        asked = [
            # a list keeps the order of the grids
            [name, list(keys), dict((needs or {}).get(name, {}))]
            for name, keys in grids.items()
        ]
        row = codec.seal(
            identity,
            codec.to_json(dict(config)),
            codec.to_json(asked),
            codec.to_json(dict(meta)),
            time.time(),
        )
        with explained(self.file), self.connection as connection:
            connection.execute(schema.INSERT["sweeps"], row)

    def save_manifest(self, manifest: Mapping[str, Mapping[str, Any]]) -> None:
        """Write what the measures are: name -> version, symbol, unit, ..."""
        rows = [
            codec.seal(name, codec.to_json(dict(about)))
            for name, about in manifest.items()
        ]
        with explained(self.file), self.connection as connection:
            connection.executemany(schema.INSERT["measures"], rows)

    def sweep_meta(self, identity: str) -> dict[str, Any]:
        """Return the meta of a sweep that ran here before, or an empty dict.

        Raises:
            StoreError: its bytes changed on disk.
        """
        with explained(self.file):
            row = self.connection.execute(
                "select * from sweeps where id = ?", (identity,)
            ).fetchone()
        if row is not None and not codec.fits(row):
            raise codec.damaged(self.file, "what was asked for")
        return {} if row is None else codec.from_json(row[3])

    def known(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Return key -> (status, what was computed) of every point.

        Raises:
            StoreError: a point's bytes changed on disk.
        """
        return known(self.connection, self.file)

    def _known(self, key: str) -> tuple[dict[str, str], dict[str, int]]:
        """Return what of a point was computed, and the records it has."""
        row = self.connection.execute(
            "select computed, holds from points where key = ?", (key,)
        ).fetchone()
        if row is None:
            return {}, {}
        computed, held = (codec.from_json(text) for text in row)
        return computed, held


def missing(where: Path) -> StoreError:
    """Return the error for a folder without results."""
    return StoreError(
        got=f"{where}, where there is no {schema.FILE_NAME}",
        expected="a folder written by gradlab sweep",
        try_=f"gradlab sweep --out {where}",
    )


def empty(file: Path) -> StoreError:
    """Return the error for a file in which nothing was written yet."""
    return StoreError(
        got=f"{file}, which is empty",
        expected="results written by gradlab sweep",
        try_=f"gradlab sweep --out {file.parent}",
    )


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=30)
    try:
        fresh = schema.is_empty(connection)
        if not fresh:
            schema.check(connection, file)  # before anything touches it
        connection.execute("pragma journal_mode=wal").fetchone()
        connection.execute("pragma synchronous=normal")
        if fresh:
            schema.create(connection)
        else:
            migrations.upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection
