"""Version 2: every row carries a checksum, and a point says which records it has.

In version 1 only points and records had one, a point's times were outside of it, and a
record that was lost whole went unnoticed.
"""

import sqlite3

from gradlab.store import codec


TABLES = {
    "points": """
        key text primary key, params text not null, status text not null,
        message text not null, computed text not null, holds text not null,
        seconds real, finished real, crc integer not null""",
    "sweeps": """
        id text primary key, config text not null, keys text not null,
        meta text not null, used real not null, crc integer not null""",
    "measures": """
        name text primary key, manifest text not null, crc integer not null""",
}


def step(connection: sqlite3.Connection, to: str) -> None:
    """Lay the three tables anew in schema ``to``: main, or temp over the old ones."""
    # read into memory, these are the small tables; records stay as they are
    old = {
        name: connection.execute(f"select * from {name}").fetchall() for name in TABLES
    }
    held: dict[str, dict[str, int]] = {}
    if to == "main":  # a reader of an old store does not walk through all of it
        for key, measure, crc in connection.execute(
            "select key, measure, crc from records"
        ):
            held.setdefault(key, {})[measure] = crc
    new = {
        "points": [_point(row, held.get(row[0], {})) for row in old["points"]],
        "sweeps": [codec.seal(*row) for row in old["sweeps"]],
        "measures": [codec.seal(*row) for row in old["measures"]],
    }
    for name, columns in TABLES.items():
        connection.execute(f"drop table if exists {to}.{name}")
        connection.execute(f"create table {to}.{name} ({columns})")
        marks = ",".join("?" * (columns.count(",") + 1))
        connection.executemany(f"insert into {to}.{name} values ({marks})", new[name])


def point(row: tuple, held: dict[str, int]) -> tuple | None:
    """Return a point's row in version 2; None where its checksum does not fit."""
    *texts, seconds, finished, crc = row
    if codec.checksum(*texts) != crc:
        return None
    return codec.seal(*texts, codec.to_json(held), seconds, finished)


def _point(row: tuple, held: dict[str, int]) -> tuple:
    """Keep a damaged row as it is, and recognizable as damaged."""
    *texts, seconds, finished, _ = row
    spoilt = (*texts, codec.to_json(held), seconds, finished, codec.SPOILT)
    return point(row, held) or spoilt
