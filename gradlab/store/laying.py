"""Laying a whole new store at once: there after its last byte, or not at all."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store import folder as folders
from gradlab.store import schema
from gradlab.store.contents import Contents
from gradlab.store.failures import explained
from gradlab.store.lock import Lock


UNFINISHED = ".results.sqlite.unfinished"


def prepare(folder: Path) -> None:
    """Make a folder ready for a new store.

    Raises:
        StoreError: it holds one already, or other things, or cannot be written.
    """
    if (folder / schema.FILE_NAME).exists():
        raise StoreError(
            got=f"{folder}, which holds results already",
            expected="a folder that is new or empty; sources are left as they are",
            try_=f"--out {folder}-merged",
        )
    folders.prepare(folder)


def lay(contents: Contents, folder: Path, sweep_toml: str | None) -> None:
    """Write a store, and beside it the file that runs its sweep again.

    Raises:
        StoreError: as :func:`prepare`; another process writes there; the disk.
    """
    prepare(folder)
    file, unfinished = folder / schema.FILE_NAME, folder / UNFINISHED
    with explained(file):
        lock = Lock.take(folder)
        try:
            unfinished.unlink(missing_ok=True)
            with closing(sqlite3.connect(unfinished)) as connection:
                schema.create(connection)
                with connection:
                    contents.write(connection)
            if sweep_toml is not None:
                toml = folder / folders.SWEEP_FILE
                toml.write_text(sweep_toml, encoding="utf-8")
            os.replace(unfinished, file)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            lock.release()
