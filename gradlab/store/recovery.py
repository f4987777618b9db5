"""Recover the readable rows of a damaged store and list what is lost.

SQLite itself reads whatever its B-trees still lead to, around the pages that it finds
malformed; of all that it reads only rows whose checksum fits are kept. A sweep lists
its points and a point lists its records, so what is lost is known by name. It is
computed again by the next sweep.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gradlab.errors import DamagedError, StoreError
from gradlab.store import codec, schema
from gradlab.store.reading import connect, empty_error, readable
from gradlab.store.rows import Rows, checksums
from gradlab.store.sqlite_errors import translate_errors


@dataclass(frozen=True)
class Damage:
    """One row that is lost or whose checksum does not fit.

    Attributes:
        what: ``"point"``, ``"record"``, ``"sweep"`` or ``"measure"``.
        key: of the point or the sweep; the measure's name; as far as it can be read.
        params: of the point, where its row is intact.
        record: name of the record.
    """

    what: str
    key: str
    params: dict[str, Any] | None = None
    record: str = ""


@dataclass
class Recovered:
    """The intact rows of a store, and the damage.

    Attributes:
        rows: intact rows; of records those that a point lists.
        damage: rows that are lost, by name.
        messages: of SQLite, about the file as a whole.
    """

    rows: Rows
    damage: list[Damage] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether all is as it was written."""
        return not (self.damage or self.messages)


def recover(folder: str | Path) -> Recovered:
    """Read every intact row of a folder's store; nothing there is written.

    Raises:
        StoreError: nothing there, not a store, another version, or no row is intact.
    """
    file = readable(Path(folder))
    with translate_errors(file):
        if not file.stat().st_size:
            raise empty_error(file)
        scan = _Scan()
        scan.read(file)
        found = _recovered(scan)
        if not found.intact:
            with TemporaryDirectory(prefix="gradlab-") as spare:
                scan.read(_with_new_first_page(file, Path(spare)))
            found = _recovered(scan)
    if not (found.intact or found.rows.points or found.rows.sweeps):
        raise StoreError(
            got=f"{file}, in which nothing is intact",
            expected="a results file of gradlab",
            try_="the same sweep with --out FOLDER, another one",
        )
    return found


def _with_new_first_page(file: Path, spare: Path) -> Path:
    """Copy a store and replace the copy's first page by that of an empty store.

    The first page holds the file header and the list of tables, which are the same in
    every store of one schema version: tables are created in one order, so their root
    pages have the same numbers. A copy with a sound first page is readable where the
    original's is damaged. The header's page count is set to 0, which makes SQLite take
    the file's length, so that a truncated file is readable too.
    https://www.sqlite.org/fileformat2.html, section 1.3
    """
    new, copy = spare / "new.sqlite", spare / file.name
    with closing(sqlite3.connect(new)) as connection:
        connection.execute("pragma journal_mode=wal")
        schema.create(connection)
    first = bytearray(new.read_bytes()[: schema.PAGE_SIZE])
    first[28:40] = bytes(12)  # page count, and the list of free pages
    shutil.copyfile(file, copy)
    log = file.with_name(f"{file.name}-wal")
    if log.exists():
        shutil.copyfile(log, copy.with_name(log.name))
    with copy.open("r+b") as stream:
        stream.write(first)
    return copy


@dataclass
class _Scan:
    """Rows that were read from a file: intact ones, and damaged ones by name."""

    rows: dict[str, dict[tuple, None]] = field(
        default_factory=lambda: {table: {} for table in schema.COLUMNS}
    )
    damaged: dict[Damage, None] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def read(self, file: Path) -> None:
        """Add all rows that SQLite can reach in a file."""
        try:
            connection = connect(file)
        except sqlite3.Error as error:
            self._note(error)
            return
        with closing(connection):
            connection.text_factory = lambda text: text.decode(errors="replace")
            self._check(connection, file)
            for table in schema.COLUMNS:
                for row in self._reachable(connection, table):
                    self._add(table, row)

    def _check(self, connection: sqlite3.Connection, file: Path) -> None:
        try:
            connection.execute("begin")  # one state of a store that is being written
            if schema.is_empty(connection):
                raise empty_error(file)
            schema.check(connection, file)
            for (text,) in connection.execute("pragma integrity_check(20)").fetchall():
                for line in text.splitlines():
                    if line != "ok":
                        self._note(line)
        except sqlite3.Error as error:
            self._note(error)
        except DamagedError as error:
            self._note(error.got.removeprefix(f"{file}, "))

    def _reachable(self, connection: sqlite3.Connection, table: str) -> Iterator[tuple]:
        """Yield a table's rows: forwards up to a damaged page, backwards, between."""
        low, high = 0, 0
        select = f"select rowid, * from {table}"
        try:
            for rowid, *row in connection.execute(f"{select} order by rowid"):
                low = rowid
                yield tuple(row)
            return
        except sqlite3.Error as error:
            self._note(f"{table}: {error}")
        try:
            for rowid, *row in connection.execute(f"{select} order by rowid desc"):
                high = rowid
                yield tuple(row)
        except sqlite3.Error:
            high = high or max(low, _largest_rowid(connection, table)) + _BEYOND
        yield from _between(connection, table, low + 1, high - 1)

    def _add(self, table: str, row: tuple) -> None:
        if codec.verify_crc(row):
            self.rows[table][row] = None
            return
        key, record = (_printable(str(value)) for value in row[:2])
        what = table.removesuffix("s")
        self.damaged[Damage(what, key, record=record * (what == "record"))] = None

    def _note(self, error: object) -> None:
        if _printable(str(error)) not in self.messages:
            self.messages.append(_printable(str(error)))


_BEYOND = 1000
"""Rowids that are tried behind the largest known one where a table's end is damaged."""


def _largest_rowid(connection: sqlite3.Connection, table: str) -> int:
    """Return the largest rowid in the part of a table's key index that is readable."""
    largest = 0
    index = f"{table} indexed by sqlite_autoindex_{table}_1"
    key = schema.COLUMNS[table][0]
    for order in ("", "desc"):
        try:
            for (rowid,) in connection.execute(
                f"select rowid from {index} order by {key} {order}"
            ):
                largest = max(largest, rowid)
        except sqlite3.Error:
            continue
    return largest


def _between(
    connection: sqlite3.Connection, table: str, low: int, high: int
) -> Iterator[tuple]:
    """Yield the rows of a range of rowids, halved wherever a page is unreadable."""
    if low > high:
        return
    try:
        yield from connection.execute(
            f"select * from {table} where rowid between ? and ?", (low, high)
        ).fetchall()
    except sqlite3.Error:
        if low == high:
            return
        middle = (low + high) // 2
        yield from _between(connection, table, low, middle)
        yield from _between(connection, table, middle + 1, high)


def _recovered(scan: _Scan) -> Recovered:
    """Keep the newest of each row, and name what is listed and not there."""
    # a damaged pointer between pages can lead to an older state of a row
    points = sorted(scan.rows["points"], key=lambda row: row[7] or 0.0)
    sweeps = sorted(scan.rows["sweeps"], key=lambda row: row[5])
    rows = Rows(
        points={row[0]: row for row in points},
        sweeps={row[0]: row for row in sweeps},
        measures={row[0]: row for row in scan.rows["measures"]},
    )
    there = {(row[0], row[1], row[-1]): row for row in scan.rows["records"]}
    damage = [
        one
        for one in scan.damaged
        if (one.what == "sweep" and one.key not in rows.sweeps)
        or (one.what == "measure" and one.key not in rows.measures)
    ]
    for key in sorted({*rows.requested(), *rows.points, *(key for key, *_ in there)}):
        if key not in rows.points:
            damage.append(Damage("point", key))
            continue
        for name, crc in checksums(rows.points[key]).items():
            if (key, name, crc) in there:
                rows.records[key, name] = there[key, name, crc]
            else:
                params = codec.from_json(rows.points[key][1])
                damage.append(Damage("record", key, params, name))
    if rows.measures:
        described = {name for _, name in rows.records} - rows.measures.keys()
        known = {one.key for one in damage if one.what == "measure"}
        damage += [Damage("measure", name) for name in sorted(described - known)]
    # a damaged row whose own key is unreadable is named as it stands
    return Recovered(rows, damage or list(scan.damaged), scan.messages)


def _printable(text: str) -> str:
    """Replace what no terminal should be sent, such as control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
