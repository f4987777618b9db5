"""A damaged page that lists an entry twice doubles no row of what is read."""

import io
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest

from gradlab.errors import DamagedError, StoreError
from gradlab.store import Results, Store, schema
from gradlab.store.recovery import recover
from gradlab.store.table import write_csv
from tests.store import damage


INTERIOR, INDEX = (2, 5), (2, 10)
"""Kinds of pages, by their first byte: those that lead to others; those of an index."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return damage.write(tmp_path_factory.mktemp("whole") / "r", points=8)


def with_one_entry_twice(content):
    """Yield the file with the second entry of one page made the same as its first."""
    for start in range(0, len(content), damage.PAGE):
        head = start + 100 * (start == 0)
        kind = content[head]
        entries = int.from_bytes(content[head + 3 : head + 5], "big")
        if kind in {*INTERIOR, *INDEX} and entries > 1:
            first = head + (12 if kind in INTERIOR else 8)
            one = content[first : first + 2]
            yield kind, content[: first + 2] + one + content[first + 4 :]


def exported(folder):
    text = io.StringIO()
    write_csv(Results.open(folder), text)
    return text.getvalue()


def test_an_entry_that_is_there_twice_is_noticed_or_changes_nothing(tmp_path, whole):
    right, seen = exported(whole), set()
    rows = damage.rows(whole / schema.FILE_NAME)
    for kind, content in with_one_entry_twice((whole / schema.FILE_NAME).read_bytes()):
        seen.add(kind)
        (tmp_path / schema.FILE_NAME).write_bytes(content)
        try:
            assert exported(tmp_path) == right
        except StoreError as error:
            assert error.try_ == f"gradlab merge {tmp_path} --out {tmp_path}-intact"
        found = recover(tmp_path)
        assert not found.intact
        for key, row in found.rows.records.items():
            assert row == rows["records"][key]
    assert seen >= {5, 10}


def test_nothing_is_saved_through_a_damaged_index(tmp_path, whole):
    """A row that its index does not find would be added, not replaced."""
    content = (whole / schema.FILE_NAME).read_bytes()
    refused = 0
    for _, torn in with_one_entry_twice(content):
        (tmp_path / schema.FILE_NAME).write_bytes(torn)
        try:
            with Store.open(tmp_path) as store:
                for i in range(8):
                    store.save_point(damage.key(i), {"seed": i}, status="failed")
        except StoreError:
            refused += 1
            assert (tmp_path / schema.FILE_NAME).read_bytes() == torn
            continue
        with suppress(StoreError):
            points = Results.open(tmp_path).points
            assert [p.status for p in points[:8]] == ["failed"] * 8
    assert refused


@pytest.mark.parametrize("table", ["points", "records"])
def test_a_row_that_is_there_twice_is_damage(tmp_path, whole, table):
    shutil.copytree(whole, tmp_path / "r")
    file = tmp_path / "r" / schema.FILE_NAME
    with closing(sqlite3.connect(file)) as connection, connection:
        # no key holds it back, as where an index is damaged
        connection.execute(f"create table doubled as select * from {table}")
        connection.execute(f"insert into doubled select * from {table} limit 1")
        connection.execute(f"drop table {table}")
        connection.execute(f"alter table doubled rename to {table}")
    with pytest.raises(DamagedError, match="which is there twice"):
        exported(tmp_path / "r")
