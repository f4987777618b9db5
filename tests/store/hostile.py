"""Stores with right checksums, written by somebody who means harm."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from gradlab.store import codec, schema


ESCAPE = "\x1b]0;owned\x07\x1b[2J"
FORMULA = "=cmd|'/C calc'!A0"
DEEP = "[" * 200_000 + "]" * 200_000

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 3_000_000_000, 10**30, 1e308, "", ESCAPE, FORMULA, [], {}),
    *("\u202egpj", "<script>alert(1)</script>", "$(id)", "gradlab sweep; id", [[]]),
    *({"from": 0, "to": 3_000_000_000}, "2027-99-99", "../../etc", "nan", [None]),
)
"""JSON to be put in the place of other JSON."""

COLUMNS: tuple[Any, ...] = (
    *("", "null", "[]", "{}", "1", DEEP, ESCAPE, FORMULA, "O", "<c16", "[2,99]"),
    *("[1000000000]", b"", b"bytes", "text", 3_000_000_000, -1, 0.5, 1e308),
    *('{"from":0,"to":3000000000}', '[["lag",{"from":0,"to":3000000000}]]', '"a"'),
)
"""Values to be put in the place of a whole column."""

JSON_COLUMNS = {
    "points": ("params", "computed", "checksums"),
    "records": ("words", "coords", "shape"),
    "sweeps": ("config", "keys", "requirements", "meta"),
    "measures": ("manifest",),
}
ENDLESS = (
    "with recursive n(i) as (values(1) union all select i + 1 from n) select {} from n"
)
SCHEMAS = (
    "drop table sweeps; create view sweeps as " + ENDLESS.format("i,i,i,i,i,i,i"),
    "drop table points; create view points as " + ENDLESS.format("i,i,i,i,i,i,i,i,i,i"),
    "create trigger t after insert on points begin delete from records; end",
    "alter table points add column more text generated always as (key) virtual",
    "create virtual table v using fts5(a)",
    "create view extra as select 1",
)
"""What makes a database run code when it is read or written."""


def spoil(source: Path, target: Path, seed: int) -> Path:
    """Copy a store and make the copy hostile, in a way that the seed chooses."""
    shutil.copytree(source, target)
    rng = random.Random(seed)
    with closing(sqlite3.connect(target / schema.FILE_NAME)) as connection:
        if rng.random() < 0.15:
            connection.executescript(rng.choice(SCHEMAS))
        else:
            for _ in range(rng.choice((1, 1, 1, 2, 5))):
                _spoil_rows(connection, rng)
        connection.commit()
    return target


def spoil_schema(source: Path, target: Path, script: str) -> Path:
    """Copy a store and run a script of SQL on the copy."""
    shutil.copytree(source, target)
    with closing(sqlite3.connect(target / schema.FILE_NAME)) as connection:
        connection.executescript(script)
    return target


def _spoil_rows(connection: sqlite3.Connection, rng: random.Random) -> None:
    """Change a column of one row or of all, and fit the checksums again."""
    table = rng.choice(tuple(schema.ROWS))
    fields = schema.ROWS[table]._fields[:-1]
    column = rng.choice(fields)
    change = _change_of(table, column, rng)
    rows = connection.execute(f"select rowid, * from {table}").fetchall()
    if not rows:
        return
    some = rows if rng.random() < 0.3 else [rng.choice(rows)]
    for rowid, *values in some:
        if DEEP in values:  # spoilt before, and too deep to be read here
            continue
        row = schema.ROWS[table](*values)
        row = codec.add_crc(row._replace(**{column: change(getattr(row, column))}))
        names = ",".join(f"{name} = ?" for name in row._fields)
        try:
            connection.execute(
                f"update {table} set {names} where rowid = ?", (*row, rowid)
            )
        except (sqlite3.IntegrityError, OverflowError):
            continue


def _change_of(table: str, column: str, rng: random.Random) -> Callable[[Any], Any]:
    if column in JSON_COLUMNS[table] and rng.random() < 0.75:
        value, place = rng.choice(VALUES), rng.random()
        return lambda text: json.dumps(
            _replaced(json.loads(text), value, random.Random(place)), ensure_ascii=False
        )
    value = rng.choice(COLUMNS)
    return lambda _: value


def _replaced(there: Any, value: Any, rng: random.Random) -> Any:
    """Put a value, or a key that is none, somewhere into JSON."""
    if isinstance(there, dict) and there and rng.random() < 0.9:
        key = rng.choice(sorted(there))
        if rng.random() < 0.15:
            new = value if isinstance(value, str) else str(value)
            return {**{k: v for k, v in there.items() if k != key}, new: there[key]}
        return {**there, key: _replaced(there[key], value, rng)}
    if isinstance(there, list) and there and rng.random() < 0.9:
        place = rng.randrange(len(there))
        return [
            *there[:place],
            _replaced(there[place], value, rng),
            *there[place + 1 :],
        ]
    return value
