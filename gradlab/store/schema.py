"""Tables of ``results.sqlite``, their version, and what is said of other files."""

import sqlite3
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store import codec


FILE_NAME = "results.sqlite"
APPLICATION_ID = 0x67726164  # "grad"
VERSION = 2

TABLES = """
create table points (
    key text primary key,
    params text not null,     -- JSON, every axis and setting of the point
    status text not null,     -- missing, done or failed
    message text not null,    -- why it failed
    computed text not null,   -- JSON, measure -> version, settings and blocks it had
    holds text not null,      -- JSON, record -> its crc: one that is lost is noticed
    seconds real,             -- its share of the computing time
    finished real,            -- seconds since 1970
    crc integer not null      -- of a row, here and below: over its other columns
);
create table records (
    key text not null,
    measure text not null,
    measure_version integer not null,
    settings text not null,   -- JSON
    coords text not null,     -- JSON, axis -> coordinates
    note text not null,
    dtype text not null,
    shape text not null,      -- JSON; the first axis holds the mean, then the sd
    blob blob not null,
    crc integer not null,
    primary key (key, measure)
);
create index records_by_measure on records (measure);
create table sweeps (
    id text primary key,      -- hash of the config
    config text not null,     -- JSON, resolved
    keys text not null,       -- JSON, [grid, keys of its points, needs]
    meta text not null,       -- JSON: name, command, times, versions, verification
    used real not null,       -- when it was last run; a report covers the latest
    crc integer not null
);
create table measures (
    name text primary key,
    manifest text not null,   -- JSON: version, symbol, unit, question, reference
    crc integer not null
);
"""


COLUMNS = {
    "points": "key params status message computed holds seconds finished crc".split(),
    "records": (
        "key measure measure_version settings coords note dtype shape blob crc".split()
    ),
    "sweeps": "id config keys meta used crc".split(),
    "measures": "name manifest crc".split(),
}
"""Table -> its columns, in their order; a row is a tuple of them."""

INSERT = {
    table: f"insert or replace into {table} values ({','.join('?' * len(columns))})"
    for table, columns in COLUMNS.items()
}


def create(connection: sqlite3.Connection) -> None:
    """Lay an empty store's tables, in one transaction."""
    marks = f"pragma application_id={APPLICATION_ID}; pragma user_version={VERSION};"
    connection.executescript(f"begin; {TABLES} {marks} commit;")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Say whether a database holds nothing yet, as in a sweep's first moment."""
    tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    application = connection.execute("pragma application_id").fetchone()[0]
    return tables == 0 and application == 0


def version(connection: sqlite3.Connection) -> int:
    """Return the schema version of a database."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def _layout(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of our tables as a database has them."""
    return {
        table: [row[1] for row in connection.execute(f"pragma table_info({table})")]
        for table in COLUMNS
    }


def check(connection: sqlite3.Connection, file: Path) -> None:
    """Refuse a database that is not a store of this version or an older one.

    Each version changes the columns of some table: today's with another mark are not
    another version's, but damaged.

    Raises:
        StoreError: saying which of the two it is not, or damaged: where the tables
            are today's, but the marks that say so are not.
    """
    application = connection.execute("pragma application_id").fetchone()[0]
    found = version(connection)
    marked = application == APPLICATION_ID and found == VERSION
    if not marked and _layout(connection) == COLUMNS:
        raise codec.damaged(file, "its first page")
    if application != APPLICATION_ID:
        raise StoreError(
            got=f"{file}, a database of something else",
            expected="a results folder of gradlab",
            try_="--out reports/another_name",
        )
    if not 1 <= found <= VERSION:
        newer = found > VERSION
        raise StoreError(
            got=f"{file} with schema version {found}",
            expected=f"version 1 to {VERSION}, which this gradlab knows",
            try_="a newer gradlab"
            if newer
            else "--out reports/another_name, which computes it anew",
        )
