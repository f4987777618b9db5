"""Errors of SQLite and of the disk as a StoreError that states a way out."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradlab.errors import DamagedError, StoreError
from gradlab.shell_text import join


_ELSEWHERE = "--out FOLDER, another one"

_BY_CODE = {
    sqlite3.SQLITE_FULL: (
        "room on the disk; what was computed before is kept",
        "making room, then the same command again",
    ),
    sqlite3.SQLITE_BUSY: (
        "no other program writing into this folder",
        "the same command again when the other one is done",
    ),
    sqlite3.SQLITE_IOERR: (
        "a disk that reads and writes",
        "--out FOLDER on another disk",
    ),
}
"""SQLite's primary result code -> what was expected, what to try."""

_NOT_READABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, None)
"""Malformed pages; a table that is not there; text that is not UTF-8 (no code)."""


@contextmanager
def translate_errors(file: Path) -> Iterator[None]:
    """Turn errors of SQLite, of JSON and of the file system into a StoreError.

    Raises:
        StoreError: naming ``file``.
    """
    try:
        yield
    except StoreError:
        raise
    except sqlite3.Error as error:
        raise _translated(file, error) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _unreadable(file) from error
    except OSError as error:
        raise StoreError(
            got=f"{error.filename or file}: {error.strerror or error}",
            expected="a folder that can be written",
            try_=_ELSEWHERE,
        ) from error


def _translated(file: Path, error: sqlite3.Error) -> StoreError:
    extended = getattr(error, "sqlite_errorcode", None)
    code = None if extended is None else extended & 0xFF
    if code in _NOT_READABLE:
        return _unreadable(file)
    if code == sqlite3.SQLITE_NOTADB:
        expected, try_ = "a results file of gradlab", recovery_command(file.parent)
    else:
        usual = "a results file that can be read and written", _ELSEWHERE
        expected, try_ = _BY_CODE.get(code, usual)
    return StoreError(got=f"{file}: {error}", expected=expected, try_=try_)


def _unreadable(file: Path) -> StoreError:
    """Return the error without SQLite's message: it quotes bytes of the file."""
    return StoreError(
        got=f"{file}: damaged, it cannot be read",
        expected="the bytes that were written",
        try_=recovery_command(file.parent),
    )


def damaged_error(file: Path, what: str) -> DamagedError:
    """Return the error for bytes that changed on disk."""
    return DamagedError(
        got=f"{file}, damaged at {what}",
        expected="the bytes that were written",
        try_=recovery_command(file.parent),
    )


def removed_error(file: Path, rescued: Path | None) -> StoreError:
    """Return the error for a store that was removed while it was being written.

    Args:
        file: where it was.
        rescued: folder with what it held; None where that could not be copied.
    """
    got = f"{file}, removed, moved or replaced while results were written to it"
    if rescued is None:
        return StoreError(
            got=got,
            expected="that file until the end; what was in it could not be copied",
            try_="the same command again",
        )
    return StoreError(
        got=got,
        expected=f"that file until the end; what was saved in it is in {rescued}",
        try_=f"the same command with --out {rescued}",
    )


def foreign_error(file: Path, what: str) -> StoreError:
    """Return the error for what gradlab would not have written."""
    return StoreError(
        got=f"{file}, which holds {what}",
        expected="what gradlab writes; this was written by something else",
        try_="results from somebody you trust",
    )


def recovery_command(folder: Path) -> str:
    """Return the command that copies the intact rows of a damaged store elsewhere."""
    return join(["gradlab", "merge", folder, "--out", f"{folder}-intact"])
