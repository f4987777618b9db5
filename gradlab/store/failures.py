"""What SQLite and the disk say, in a sentence."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store.codec import way_out


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except sqlite3.Error as error:
        raise _of_sqlite(file, error) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _of_sqlite(file, sqlite3.DatabaseError("decode")) from error
    except OSError as error:
        raise StoreError(
            got=f"{file}: {error.strerror or error}",
            expected="a folder that can be written",
            try_="--out FOLDER, another one",
        ) from error


def _of_sqlite(file: Path, error: sqlite3.Error) -> StoreError:
    text = str(error)
    if any(sign in text for sign in _GARBLED):
        text = "damaged, what stands there cannot be read"
    for sign, expected, try_ in _KNOWN:
        if sign in text:
            do = try_ or way_out(Path(file).parent)
            return StoreError(f"{file}: {text}", expected, do)
    return StoreError(
        got=f"{file}: {text}",
        expected="a results file that can be read and written",
        try_="--out FOLDER, another one",
    )


_GARBLED = ("decode", "no such", "malformed database schema")
"""SQLite goes on with bytes of the file, which no terminal should show."""

# what SQLite says, what was expected, what to try; empty: keep what is intact
_KNOWN = (
    (
        "disk is full",
        "room on the disk; what was computed before is kept",
        "making room, then the same command again",
    ),
    (
        "not a database",
        "a results file of gradlab",
        "",
    ),
    (
        "damaged",
        "the bytes that were written",
        "",
    ),
    (
        "malformed",
        "the bytes that were written; the file is damaged",
        "",
    ),
    (
        "readonly",
        "a results file that can be written",
        "--out FOLDER, another one",
    ),
    (
        "unable to open",
        "a results file that can be opened",
        "--out FOLDER, another one",
    ),
    (
        "locked",
        "no other program writing into this folder",
        "the same command again when the other one is done",
    ),
    (
        "disk I/O error",
        "a disk that reads and writes",
        "--out FOLDER on another disk",
    ),
)
