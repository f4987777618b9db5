"""What of each point a store has, without its numbers."""

import sqlite3
from pathlib import Path

from gradlab.store import codec
from gradlab.store.failures import explained


def known(
    connection: sqlite3.Connection, file: Path
) -> dict[str, tuple[str, dict[str, str]]]:
    """Return key -> (status, what was computed) of every point.

    Raises:
        StoreError: a point's bytes changed on disk.
    """
    with explained(file):
        rows = connection.execute("select * from points").fetchall()
    for row in rows:
        if not codec.fits(row):
            raise codec.damaged(file, f"point {row[0]}")
    # points of one sweep share these texts: each is read once and held once
    computed = {text: codec.from_json(text) for text in {row[4] for row in rows}}
    return {row[0]: (row[2], computed[row[4]]) for row in rows}
