"""What can be had of a store, sound or damaged, and what cannot.

A sound store is read through SQLite. Where anything is wrong, rows are also looked for
on the bare pages of the file, and of all that is found only what a checksum proves is
kept. A sweep says which points there are and a point which records it has, so that
what is gone is known by name.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradlab.errors import DamagedError, StoreError
from gradlab.store import carving, codec, pages, schema
from gradlab.store.contents import Contents, holds, with_holds
from gradlab.store.failures import explained
from gradlab.store.migrations import v1_to_v2
from gradlab.store.reading import connect, readable
from gradlab.store.store import empty


@dataclass(frozen=True)
class Damage:
    """One thing that is not what was written.

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
class Salvaged:
    """A store's intact rows, and the damage.

    Attributes:
        contents: what is intact; a point whose own row is gone is not among it, its
            records are.
        damage: what is not, by name.
        complaints: of SQLite, about the file as a whole.
        version: of the schema; None where the file does not say.
    """

    contents: Contents
    damage: list[Damage] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    version: int | None = None

    @property
    def sound(self) -> bool:
        """Whether all is as it was written."""
        return not (self.damage or self.complaints)


def salvage(folder: str | Path) -> Salvaged:
    """Read all that is intact in a folder's store; nothing is written.

    Raises:
        StoreError: nothing there, not a store, of a newer gradlab, or nothing intact.
    """
    file = readable(Path(folder))
    with explained(file):
        if not file.stat().st_size:
            raise empty(file)
        read = _through_sqlite(file)
        found = _sorted_out(read)
        if not found.sound:
            for number, each in enumerate(pages.of_file(file)):
                if number < 2 or not read.intact:
                    carved = filter(None, map(recognized, carving.rows(each)))
                    read.intact.update(dict.fromkeys(carved))
            found = _sorted_out(read)
    if not (found.sound or found.contents.points or found.contents.sweeps):
        raise StoreError(
            got=f"{file}, in which nothing is intact",
            expected="a results file of gradlab",
            try_="the same sweep with --out FOLDER, another one",
        )
    return found


def recognized(row: tuple) -> tuple[str, tuple] | None:
    """Return what a row is, and the row in the newest schema; None for anything else.

    Tables differ in the number of their columns, and checksums settle it.
    """
    kind, times = KINDS.get(len(row), ("", ()))
    if not kind or type(row[0]) is not str:
        return None
    whole: tuple | None = row
    try:
        if any(type(row[i]) is int for i in times):  # SQLite stores 2.0 as 2
            row = tuple(
                float(value) if i in times and value is not None else value
                for i, value in enumerate(row)
            )
        if len(row) in (9, 10, 6, 3):
            whole = row if codec.fits(row) else None
        elif kind == "point":
            whole = v1_to_v2.point(row, {})
        else:  # no checksum in version 1: that it is JSON is what there is
            forms = tuple(type(codec.from_json(text)) for text in row[1:4])
            whole = codec.seal(*row) if forms in FORMS else None
    except (ValueError, TypeError, UnicodeError):
        return None
    return None if whole is None else (kind, whole)


KINDS: dict[int, tuple[str, tuple[int, ...]]] = {
    9: ("point", (6, 7)),
    10: ("record", ()),
    6: ("sweep", (4,)),
    3: ("measure", ()),
    8: ("point", (5, 6)),
    5: ("sweep", (4,)),
    2: ("measure", ()),
}
"""Number of columns, of version 2 and then of 1 -> what a row is, which are floats."""

FORMS = ((dict, list, dict), (dict,))


@dataclass
class _Read:
    """What was found in a file: intact rows in their order, and what is not intact."""

    intact: dict[tuple[str, tuple], None] = field(default_factory=dict)
    spoilt: list[Damage] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    version: int | None = None

    def update(self, row: tuple, kind: str) -> None:
        """Take in one row that SQLite read."""
        found = recognized(row)
        if found is not None:
            self.intact[found] = None
        else:
            names = [printable(str(value)) for value in row[:2]]
            record = names[1] if kind == "record" else ""
            self.spoilt.append(Damage(kind, names[0], record=record))

    def complain(self, error: object) -> None:
        """Note a sentence of SQLite's, once."""
        if printable(str(error)) not in self.complaints:
            self.complaints.append(printable(str(error)))


def _through_sqlite(file: Path) -> _Read:
    """Return the rows SQLite still reads, and what it complains of."""
    read = _Read()
    try:
        connection = connect(file)
    except sqlite3.Error as error:
        read.complain(error)
        return read
    with closing(connection):
        connection.text_factory = lambda text: text.decode(errors="replace")
        try:
            connection.execute("begin")  # one moment of a store that is being written
            if schema.is_empty(connection):
                raise empty(file)
            schema.check(connection, file)
            read.version = schema.version(connection)
        except sqlite3.Error as error:
            read.complain(error)
        except DamagedError as error:
            read.complain(error.got.removeprefix(f"{file}, "))
        for table in schema.COLUMNS:
            _take_all(read, connection, table)
        try:
            for (text,) in connection.execute("pragma integrity_check(20)").fetchall():
                for line in text.splitlines():
                    if line != "ok":
                        read.complain(line)
        except sqlite3.Error as error:
            read.complain(error)
    return read


def _take_all(read: _Read, connection: sqlite3.Connection, table: str) -> None:
    """Go through a table from its beginning, and from its end where that breaks off."""
    for order in ("", " order by rowid desc"):
        try:
            for row in connection.execute(f"select * from {table}{order}"):
                read.update(row, table.removesuffix("s"))
        except sqlite3.Error as error:
            read.complain(f"{table}: {error}")
        else:
            return


def _sorted_out(read: _Read) -> Salvaged:
    """Keep the newest of each row, and name what is claimed and not there."""
    contents = Contents()
    records: dict[tuple[str, str], dict[int, tuple]] = {}
    places = {
        "point": (contents.points, lambda row: row[7] or 0.0),
        "sweep": (contents.sweeps, lambda row: row[4]),
        "measure": (contents.measures, lambda row: _version(row)),
    }
    for kind, row in read.intact:
        if kind == "record":
            records.setdefault(row[:2], {})[row[-1]] = row
            continue
        place, age = places[kind]
        if row[0] not in place or age(row) > age(place[row[0]]):
            place[row[0]] = row
    damage = [Damage("sweep", one.key) for one in read.spoilt if one.what == "sweep"]
    damage += _points(contents, records, read.spoilt)
    damage += _measures(contents, read.spoilt)
    if read.spoilt and not damage:
        damage = read.spoilt  # its name is what is damaged
    return Salvaged(contents, damage, read.complaints, read.version)


def _points(
    contents: Contents,
    records: dict[tuple[str, str], dict[int, tuple]],
    spoilt: list[Damage],
) -> list[Damage]:
    """Choose the records that points say they have; name points and records lost."""
    found: dict[str, list[str]] = {}
    for key, measure in records:
        found.setdefault(key, []).append(measure)
    hit = {one.key for one in spoilt if one.what == "point"}
    damage = []
    for key in sorted({*contents.asked(), *contents.points, *found}):
        row = contents.points.get(key)
        claimed = {} if row is None else holds(row)
        if row is None or not claimed:
            # lost, or of version 1, or failed: whatever is there
            claimed = {m: max(records[key, m]) for m in found.get(key, ())}
            if row is not None and row[2] == "missing" and claimed:
                hit.add(key)  # the state before its records came
            elif row is not None and claimed:
                rows = {m: records[key, m][crc] for m, crc in claimed.items()}
                contents.points[key] = with_holds(row, rows)
        elif not claimed.keys() >= set(found.get(key, ())):
            hit.add(key)  # an older state of it
        if row is None or key in hit:
            damage.append(Damage("point", key, _params(row)))
        for measure, crc in claimed.items():
            there = records.get((key, measure), {})
            if crc in there:
                contents.records[key, measure] = there[crc]
            elif key not in hit:
                damage.append(Damage("record", key, _params(row), measure))
    return damage


def _measures(contents: Contents, spoilt: list[Damage]) -> list[Damage]:
    """Name the measures of which it is no longer known what they are."""
    lost = {one.key for one in spoilt if one.what == "measure"} - set(contents.measures)
    if contents.measures:
        used = {measure for _, measure in contents.records}
        lost = lost & used | used - set(contents.measures)
    return [Damage("measure", name) for name in sorted(lost)]


def _params(row: tuple | None) -> dict[str, Any] | None:
    return None if row is None else codec.from_json(row[1])


def _version(measure: tuple) -> int:
    return int(codec.from_json(measure[1]).get("version", 0))


def printable(text: str) -> str:
    """Return a text without what no terminal should be sent."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
