"""The tables of ``results.sqlite``, their version, and which files are refused."""

import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from gradlab.errors import StoreError
from gradlab.store.sqlite_errors import damaged_error, foreign_error


FILE_NAME = "results.sqlite"
APPLICATION_ID = 0x67726164  # "grad"
VERSION = 5
"""Rises with every change of the tables; stores of another version are refused."""

TABLES = """
create table points (
    key text primary key,
    params text not null,     -- JSON, every axis and setting of the point
    status text not null,     -- missing, done or failed
    message text not null,    -- why it failed
    computed text not null,   -- JSON, measure -> [version, settings, source, blocks,
                              --   [record, ...]]; many points share one text
    checksums text not null,  -- JSON, record -> its crc: one that is lost is noticed
    seconds real,             -- its share of the computing time
    finished real,            -- seconds since 1970, by the clock of its machine
    serial integer not null,  -- rises with every save into this store; 0: none yet.
                              --   Order is by serials, here and below: a clock may have
                              --   been ahead
    crc integer not null      -- of a row, here and below: over its other columns
);
create table records (
    key text not null,
    measure text not null,
    unit text not null,
    coords text not null,     -- JSON, axis -> coordinates
    words text not null,      -- JSON, the words that values stand for
    dtype text not null,
    shape text not null,      -- JSON; the first axis holds the values, then their sd
    blob blob not null,
    crc integer not null,
    primary key (key, measure)
);
create index records_by_measure on records (measure);
create table sweeps (
    id text primary key,      -- hash of the config
    config text not null,     -- JSON, resolved
    keys text not null,       -- JSON, [[grid, [key, ...]], ...]
    requirements text not null, -- JSON, grid -> measure -> [version, settings, source,
                              --   blocks]
    meta text not null,       -- JSON: name, command, times, versions, verification
    serial integer not null,  -- a report covers the sweep with the highest
    crc integer not null
);
create table measures (
    name text primary key,    -- of a record
    manifest text not null,   -- JSON: measure, version, symbol, unit, question
    crc integer not null
);
"""


class PointRow(NamedTuple):
    """A row of ``points``."""

    key: str
    params: str
    status: str
    message: str = ""
    computed: str = "{}"
    checksums: str = "{}"
    seconds: float | None = None
    finished: float | None = None
    serial: int = 0
    crc: int = 0


class RecordRow(NamedTuple):
    """A row of ``records``."""

    key: str
    measure: str
    unit: str
    coords: str
    words: str
    dtype: str
    shape: str
    blob: bytes
    crc: int = 0


class SweepRow(NamedTuple):
    """A row of ``sweeps``."""

    id: str
    config: str
    keys: str
    requirements: str
    meta: str
    serial: int
    crc: int = 0


class MeasureRow(NamedTuple):
    """A row of ``measures``."""

    name: str
    manifest: str
    crc: int = 0


ROWS: dict[str, Any] = {
    "points": PointRow,
    "records": RecordRow,
    "sweeps": SweepRow,
    "measures": MeasureRow,
}
"""Table -> its rows, whose fields are the columns in their order."""

INSERT = {
    table: f"insert or replace into {table} values ({','.join('?' * len(row._fields))})"
    for table, row in ROWS.items()
}


def is_database(file: Path) -> bool:
    """Whether a file, or what a link leads to, begins as an SQLite database does."""
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def create(connection: sqlite3.Connection) -> None:
    """Create an empty store's tables, in one transaction."""
    marks = f"pragma application_id={APPLICATION_ID}; pragma user_version={VERSION};"
    connection.executescript(f"begin; {TABLES} {marks} commit;")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Return whether a database has no tables, as before :func:`create` commits."""
    tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    application = connection.execute("pragma application_id").fetchone()[0]
    return tables == 0 and application == 0


def check_indices(connection: sqlite3.Connection, file: Path) -> None:
    """Hold the small tables against their indices; records take too long for that.

    Raises:
        DamagedError: they disagree.
    """
    for table in ("points", "sweeps", "measures"):
        found = connection.execute(f"pragma integrity_check({table})").fetchone()
        if found != ("ok",):
            raise damaged_error(file, f"the table {table}")


def last_serial(connection: sqlite3.Connection, file: Path) -> int:
    """Return the serial of what was saved last; 0 where nothing was.

    Raises:
        DamagedError: no store rises so high.
    """
    query = "select max(serial) from {}"
    found = [connection.execute(query.format(t)).fetchone()[0] for t in _ORDERED]
    last = max([0, *(serial for serial in found if isinstance(serial, int))])
    if last > _HIGHEST_SERIAL:
        raise damaged_error(file, "its order")
    return last


_ORDERED = ("points", "sweeps")
_HIGHEST_SERIAL = 2**53


def version(connection: sqlite3.Connection) -> int:
    """Return the schema version of a database."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def check(connection: sqlite3.Connection, file: Path) -> None:
    """Refuse a database that is not a store of this version.

    Every version has other columns. The current columns with another version number or
    application id are therefore damage, not another version's store.

    Raises:
        DamagedError: the columns are current, the version or application id is not; or
            the other way round.
        StoreError: a database of another program, or of another version; one with
            views, triggers or tables that are computed, which a stranger made.
    """
    application = connection.execute("pragma application_id").fetchone()[0]
    found = version(connection)
    is_ours = application == APPLICATION_ID and found == VERSION
    if is_ours:
        _require_tables(connection, file)
    current = all(
        _columns(connection, table) == row._fields for table, row in ROWS.items()
    )
    if is_ours and current:
        return
    if is_ours or current:
        raise damaged_error(file, "its first page")
    if application != APPLICATION_ID:
        raise StoreError(
            got=f"{file}, a database of something else",
            expected="a results folder of gradlab",
            try_="--out reports/another_name",
        )
    newer = found > VERSION
    raise StoreError(
        got=f"{file} with schema version {found}",
        expected=f"version {VERSION}, which this gradlab writes",
        try_="a newer gradlab"
        if newer
        else "--out reports/another_name, which computes it anew",
    )


def _require_tables(connection: sqlite3.Connection, file: Path) -> None:
    """Refuse what runs when it is read or written: a view may have endless rows."""
    for kind, name, sql in connection.execute(
        "select type, name, sql from sqlite_master"
    ):
        virtual = str(sql).lower().split()[:2] == ["create", "virtual"]
        if kind not in ("table", "index") or virtual:
            raise foreign_error(file, f"{name!r}, a {'virtual ' * virtual}{kind}")
    for table in ROWS:
        for column in connection.execute(f"pragma table_xinfo({table})"):
            if column[6]:
                raise foreign_error(file, f"{table} with a column that is computed")


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    return tuple(
        column[1] for column in connection.execute(f"pragma table_info({table})")
    )
