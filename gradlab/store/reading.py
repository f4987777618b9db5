"""Open a store read-only, while a sweep writes there or where nothing may be written.

Readers take no lock of ours: SQLite gives each a consistent state of its own.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from gradlab.errors import StoreError
from gradlab.store import schema
from gradlab.store.folder import no_results_error
from gradlab.store.sqlite_errors import translate_errors


@contextmanager
def reader(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the store of a folder for reading, for the length of a ``with``.

    Raises:
        StoreError: nothing there, not a store, damaged, another version.
    """
    file = readable(folder)
    with translate_errors(file):
        connection = connect(file)
        try:
            if schema.is_empty(connection):
                raise empty_error(file)
            schema.check(connection, file)
            yield connection
        finally:
            connection.close()


def readable(folder: Path) -> Path:
    """Return a folder's store, a file that may be read.

    Raises:
        StoreError: it is not there, or this user may not read it.
    """
    file = folder / schema.FILE_NAME
    if not file.exists():
        raise no_results_error(folder)
    if not os.access(file, os.R_OK):
        raise StoreError(
            got=f"{file}: {os.strerror(errno.EACCES)}",
            expected="a file that this user may read and write",
            try_=f"chmod u+rw {file}",
        )
    return file


def connect(file: Path, *, truncated: bool = False) -> sqlite3.Connection:
    """Open read-only; in a read-only folder without the log's shared memory.

    A reader of a write-ahead log makes a second file for shared memory, which a
    read-only folder refuses; ``immutable`` reads the database file alone, as it is.

    Args:
        file: the database.
        truncated: read what is there of a file that lost its end; SQLite compares
            the length with its header unless ``writable_schema`` is on.
    """
    name = f"file:{quote(str(file.absolute()))}?mode=ro"
    try:
        return _probed(name, truncated)
    except sqlite3.OperationalError:
        return _probed(f"{name}&immutable=1", truncated)


def _probed(name: str, truncated: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(name, uri=True, timeout=30)
    try:
        connection.execute(f"pragma writable_schema={truncated}")
        connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def empty_error(file: Path) -> StoreError:
    """Return the error for a file in which nothing was written yet."""
    return StoreError(
        got=f"{file}, which is empty",
        expected="results written by gradlab sweep",
        try_=f"gradlab sweep --out {file.parent}",
    )
