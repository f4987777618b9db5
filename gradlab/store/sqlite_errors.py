"""Errors of SQLite and of the disk, as one StoreError that says what to do."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store.codec import recovery_command


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
        raise _translated(file, str(error)) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _translated(file, UNREADABLE) from error
    except OSError as error:
        raise StoreError(
            got=f"{file}: {error.strerror or error}",
            expected="a folder that can be written",
            try_=_ELSEWHERE,
        ) from error


def _translated(file: Path, text: str) -> StoreError:
    # these messages go on with bytes of the file, which no terminal should show
    if any(part in text for part in ("decode", "no such", "malformed database schema")):
        text = UNREADABLE
    expected, try_ = next((e, t) for part, e, t in _KNOWN if part in text)
    return StoreError(
        f"{file}: {text}", expected, try_ or recovery_command(file.parent)
    )


UNREADABLE = "damaged, what stands there cannot be read"
_RECOVER = ""
_ELSEWHERE = "--out FOLDER, another one"

# part of SQLite's message, what was expected, what to try
_KNOWN = (
    (
        "disk is full",
        "room on the disk; what was computed before is kept",
        "making room, then the same command again",
    ),
    ("not a database", "a results file of gradlab", _RECOVER),
    ("damaged", "the bytes that were written", _RECOVER),
    ("malformed", "the bytes that were written; the file is damaged", _RECOVER),
    ("readonly", "a results file that can be written", _ELSEWHERE),
    ("unable to open", "a results file that can be opened", _ELSEWHERE),
    (
        "locked",
        "no other program writing into this folder",
        "the same command again when the other one is done",
    ),
    ("disk I/O error", "a disk that reads and writes", "--out FOLDER on another disk"),
    ("", "a results file that can be read and written", _ELSEWHERE),
)
