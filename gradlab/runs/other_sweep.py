"""Refuse a folder of another sweep, whose report would be lost."""

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from gradlab import canonical_json
from gradlab.config import toml
from gradlab.errors import StoreError
from gradlab.shell_text import quote
from gradlab.store import codec, schema
from gradlab.store.folder import sweep_text
from gradlab.store.reading import connect, read_rows, require_regular
from gradlab.store.schema import FILE_NAME, SweepRow
from gradlab.store.sqlite_errors import translate_errors


def check_same_sweep(folder: Path, name: str, keys: Iterable[str]) -> None:
    """Refuse a folder of another sweep; one that grew has all of its old points.

    Args:
        folder: of the results.
        name: of the sweep that is about to run.
        keys: of its points.

    Raises:
        StoreError: a sweep of another name ran there, and had points this one lacks.
    """
    found = _latest(folder)
    if found is None:
        return
    other, its = found
    if other == name or (its and its <= set(keys)):
        return
    raise StoreError(
        got=f"{folder}, which holds the sweep {other}",
        expected=f"a folder for {name}, whose report would replace the one there",
        try_=f"--out {quote(_free(folder))}",
    )


def _latest(folder: Path) -> tuple[str, set[str]] | None:
    """Return name and points of the sweep that a folder's report is of, if any.

    Nothing of a folder that cannot be written: no report there will be replaced.
    """
    file = folder / FILE_NAME
    places = [folder, file] if file.exists() else [folder]
    if not all(os.access(place, os.W_OK) for place in places):
        return None
    if file.exists() and (row := _latest_row(file)):
        keys = {key for _, keys in canonical_json.loads(row.keys) for key in keys}
        return canonical_json.loads(row.meta).get("name", ""), keys
    # a report may have been copied without its results
    text = sweep_text(folder)
    try:
        return None if text is None else (str(toml.loads(text)["name"]), set())
    except (toml.TOMLDecodeError, KeyError):
        return None


def _latest_row(file: Path) -> SweepRow | None:
    """Return what was last requested; None where a sweep died before it said so."""
    require_regular(file)  # SQLite waits for the other end of a pipe
    with translate_errors(file), closing(connect(file)) as connection:
        if schema.is_empty(connection):
            return None
        schema.check(connection, file)
        rows = read_rows(connection, file, "sweeps", "order by serial desc limit 1")
    codec.require_intact(rows, file, "what was requested")
    return rows[0] if rows else None


def _free(folder: Path) -> Path:
    """Return a folder beside this one that is not there yet."""
    number = 2
    while (beside := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return beside
