"""Open a store read-only, while a sweep writes there or where nothing may be written.

Readers take no lock of ours: SQLite gives each a consistent state of its own.
"""

import atexit
import errno
import os
import shutil
import sqlite3
import stat
import tempfile
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from gradlab import regular_file
from gradlab.errors import StoreError
from gradlab.shell_text import join, quote
from gradlab.store import schema
from gradlab.store.folder import no_results_error
from gradlab.store.sqlite_errors import damaged_error, translate_errors


SMALLEST = 16
"""Bytes that a row takes at least."""


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


def read_rows(
    connection: sqlite3.Connection,
    file: Path,
    table: str,
    rest: str = "",
    values: Sequence[Any] = (),
) -> list[Any]:
    """Return rows of a table, as many as its bytes can hold.

    A page of a file made by hand may be led to again and again.

    Args:
        connection: to the store.
        file: of the store, named in the error.
        table: one of those of the schema.
        rest: of the query, such as ``where key = ?``.
        values: of its question marks.

    Raises:
        DamagedError: there are more.
    """
    pages = connection.execute("pragma page_count").fetchone()[0]
    most = pages * connection.execute("pragma page_size").fetchone()[0] // SMALLEST
    make = schema.ROWS[table]._make
    found: list[Any] = []
    for row in connection.execute(f"select * from {table} {rest}", values):
        if len(found) >= most:
            raise damaged_error(file, f"the list of {table}")
        found.append(make(row))
    return found


def readable(folder: Path) -> Path:
    """Return a folder's store, a file that may be read.

    Raises:
        StoreError: it is not there, or this user may not read it.
    """
    file = folder / schema.FILE_NAME
    if not _exists(file):
        raise no_results_error(folder)
    require_regular(file)
    if not os.access(file, os.R_OK):
        raise StoreError(
            got=f"{file}: {os.strerror(errno.EACCES)}",
            expected="a file that this user may read and write",
            try_=f"chmod u+rw {quote(file)}",
        )
    return file


def require_regular(file: Path) -> None:
    """Refuse a pipe or a device where SQLite would open the store or its logs.

    Raises:
        StoreError: one of those that are there is no regular file.
    """
    for part in (file, Path(f"{file}-wal"), Path(f"{file}-journal")):
        try:
            if _exists(part):
                regular_file.check(part)
        except OSError as error:
            raise StoreError(
                got=f"{part}: {error.strerror}",
                expected="a results file of gradlab",
                try_=join(["gradlab", "sweep", "--out", f"{file.parent}-2"]),
            ) from error


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # e.g. a name that is too long
        return False


def connect(file: Path, *, truncated: bool = False) -> sqlite3.Connection:
    """Open read-only, with all that was committed, also in a read-only folder.

    A reader of a write-ahead log makes a second file for shared memory, which a
    read-only folder refuses. What a killed run left of a log is then folded in, in a
    copy elsewhere; where there is none, ``immutable`` reads the file alone, as it is.

    Args:
        file: the database.
        truncated: read what is there of a file that lost its end; SQLite compares
            the length with its header unless ``writable_schema`` is on.

    Raises:
        StoreError: no copy can be made, e.g. for want of room.
    """
    name = f"file:{urllib.parse.quote(os.fsencode(file.absolute()))}?mode=ro"
    try:
        return _probed(name, truncated)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise  # somebody writes: neither a copy nor the file alone would be whole
        if logs := _logs(file):
            copy = _whole_copy(file, tuple(map(_signature, [file, *logs])))
            name = f"file:{urllib.parse.quote(os.fsencode(copy))}?mode=ro"
        return _probed(f"{name}&immutable=1", truncated)


def _logs(file: Path) -> list[Path]:
    """Return the logs beside a database that hold anything."""
    logs = [Path(f"{file}{end}") for end in ("-wal", "-journal")]
    return [log for log in logs if os.path.lexists(log) and log.lstat().st_size]


def _signature(file: Path) -> tuple[str, int, int]:
    status = file.lstat()
    return str(file), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=1)
def _whole_copy(file: Path, of: tuple[tuple[str, int, int], ...]) -> str:
    """Return a copy of a database with its logs folded in, kept until the program ends.

    Args:
        file: the database.
        of: path, size and time of it and of its logs.
    """
    folder = tempfile.mkdtemp(prefix="gradlab-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = os.path.join(folder, file.name)
    try:
        for source, *_ in of:
            if not stat.S_ISREG(os.stat(source, follow_symlinks=False).st_mode):
                raise OSError(errno.EINVAL, f"{source} is no file")
            shutil.copyfile(source, os.path.join(folder, os.path.basename(source)))
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("pragma journal_mode=delete").fetchone()
    except (OSError, sqlite3.OperationalError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            got=f"{file}, left by a run that was killed, in a folder that cannot be "
            f"written; and in a copy: {getattr(error, 'strerror', None) or error}",
            expected="to fold in its log, which holds points that the file lacks",
            try_=f"cp -r {file.parent} ELSEWHERE, where it can be written",
        ) from error
    return copy


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
        try_=f"gradlab sweep --out {quote(file.parent)}",
    )
