"""Recover the readable rows of a damaged store and list what is lost.

SQLite itself reads whatever its B-trees still lead to, around the pages that it finds
malformed; of all that it reads only rows whose checksum fits are kept. A sweep lists
its points and a point lists its records, so what is lost is known by name. It is
computed again by the next sweep.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from gradlab import canonical_json
from gradlab.errors import DamagedError, StoreError
from gradlab.store import codec, content, schema
from gradlab.store.reading import SMALLEST, connect, empty_error, readable
from gradlab.store.rows import Rows
from gradlab.store.schema import ROWS
from gradlab.store.sqlite_errors import translate_errors


PROBE_AHEAD = 1000
"""Rowids probed after the last one read, where a table's last page is damaged, too."""


@dataclass(frozen=True)
class Damage:
    """One row that is lost or whose checksum does not fit.

    Attributes:
        table: that it is from, ``"point"``, ``"record"``, ``"sweep"`` or ``"measure"``.
        key: of the point or the sweep; the measure's name; as far as it can be read.
        params: of the point, where its row is intact.
        record: name of the record.
    """

    table: str
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
    if not (found.intact or found.rows.points or found.rows.sweeps):
        raise StoreError(
            got=f"{file}, in which nothing is intact",
            expected="a results file of gradlab",
            try_="the same sweep with --out FOLDER, another one",
        )
    return found


@dataclass
class _Scan:
    """Rows that were read from a file: intact ones, and damaged ones by name.

    Dictionaries with values None are sets that keep their order.
    """

    rows: dict[str, dict[Any, None]] = field(
        default_factory=lambda: {table: {} for table in ROWS}
    )
    damaged: dict[Damage, None] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def read(self, file: Path) -> None:
        """Add all rows that SQLite can reach in a file."""
        for truncated in (False, True):
            try:
                connection = connect(file, truncated=truncated)
                break
            except sqlite3.Error as error:
                self._note(error)
        else:
            return
        with closing(connection):
            connection.text_factory = lambda text: text.decode(errors="replace")
            self._check(connection, file)
            size = file.stat().st_size // SMALLEST
            for table in ROWS:
                # a damaged page may be led to again and again
                for row in islice(
                    self._reachable(connection, table), 3 * size + 10_000
                ):
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
        select = f"select rowid, * from {table} order by rowid"
        try:
            for rowid, *row in connection.execute(select):
                low = rowid
                yield tuple(row)
            return
        except sqlite3.Error as error:
            self._note(f"{table}: {error}")
        try:
            for rowid, *row in connection.execute(f"{select} desc"):
                high = rowid
                yield tuple(row)
        except sqlite3.Error:
            high = high or low + PROBE_AHEAD
        yield from _between(connection, table, low + 1, high - 1)

    def _add(self, table: str, row: tuple) -> None:
        if len(row) == len(ROWS[table]._fields) and codec.verify_crc(row):
            made = ROWS[table](*row)
            if content.problem(made) is None:
                self.rows[table][made] = None
                return
        key, record = (_printable(str(value)) for value in row[:2])
        singular = table.removesuffix("s")
        name = record if singular == "record" else ""
        self.damaged[Damage(singular, key, record=name)] = None

    def _note(self, error: object) -> None:
        if _printable(str(error)) not in self.messages:
            self.messages.append(_printable(str(error)))


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
    points = sorted(scan.rows["points"], key=lambda row: row.serial)
    sweeps = sorted(scan.rows["sweeps"], key=lambda row: row.serial)
    rows = Rows(
        points={row.key: row for row in points},
        sweeps={row.id: row for row in sweeps},
        measures={row.name: row for row in scan.rows["measures"]},
    )
    there = {(row.key, row.measure, row.crc): row for row in scan.rows["records"]}
    damage = [
        one
        for one in scan.damaged
        if (one.table == "sweep" and one.key not in rows.sweeps)
        or (one.table == "measure" and one.key not in rows.measures)
    ]
    for key in sorted({*rows.requested(), *rows.points, *(key for key, *_ in there)}):
        if key not in rows.points:
            damage.append(Damage("point", key))
            continue
        point = rows.points[key]
        for name, crc in canonical_json.loads(point.checksums).items():
            if (key, name, crc) in there:
                rows.records[key, name] = there[key, name, crc]
            else:
                params = canonical_json.loads(point.params)
                damage.append(Damage("record", key, params, name))
    if rows.measures:
        undescribed = {name for _, name in rows.records} - rows.measures.keys()
        listed = {one.key for one in damage if one.table == "measure"}
        damage += [Damage("measure", name) for name in sorted(undescribed - listed)]
    # where nothing listed is lost, name the damaged rows by what their keys now read
    return Recovered(rows, damage or list(scan.damaged), scan.messages)


def _printable(text: str) -> str:
    """Replace what no terminal should be sent, such as control characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
