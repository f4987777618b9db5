"""Stores of every schema version open with the numbers that were put into them."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from gradlab.store import Results, Store, migrations, schema
from gradlab.store.migrations import v1_to_v2


EXAMPLES = Path(__file__).with_name("versions")
VERSIONS = range(1, schema.VERSION + 1)


@pytest.fixture(params=VERSIONS)
def old(request, tmp_path):
    """A folder with the stored example of a version."""
    shutil.copy(EXAMPLES / f"v{request.param}.sqlite", tmp_path / schema.FILE_NAME)
    return tmp_path


def raw(file, table):
    """Return a table's rows as dicts, as the file has them."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f"select * from {table}")]
    connection.close()
    return rows


def told(folder):
    """Return everything a reader gets from a folder, to the bit."""
    results = Results.open(folder)
    return results.meta, {
        point.key: (
            dict(point.params),
            point.status,
            point.message,
            dict(point.computed),
            [
                (name, record.version, dict(record.coords), record.note)
                + (record.mean.tobytes(), record.sd.tobytes())
                for name in results.measures
                if (record := point.record(name)) is not None
            ],
        )
        for point in results.points
    }


def layout(file):
    connection = sqlite3.connect(file)
    names = [
        name
        for (name,) in connection.execute(
            "select name from sqlite_master order by name"
        )
    ]
    found = {
        name: connection.execute(f"pragma table_info({name})").fetchall()
        for name in names
    }
    found["version"] = connection.execute("pragma user_version").fetchone()
    connection.close()
    return found


def test_the_examples_are_of_the_versions_they_are_named_after():
    for version in VERSIONS:
        with sqlite3.connect(EXAMPLES / f"v{version}.sqlite") as connection:
            assert schema.version(connection) == version
        connection.close()


def test_reading_an_old_store_gives_its_numbers_and_leaves_it_alone(old):
    file = old / schema.FILE_NAME
    before = file.read_bytes()
    meta, points = told(old)
    assert meta["counts"]["done"] == meta["counts"]["asked"] == len(points) == 4
    stored = {(row["key"], row["measure"]): row for row in raw(file, "records")}
    for key, (*_, records) in points.items():
        for name, *_, mean, _ in records:
            assert stored.pop((key, name))["blob"].startswith(mean)
    assert not stored
    assert file.read_bytes() == before
    assert [entry.name for entry in old.iterdir()] == [schema.FILE_NAME]


def test_writing_into_an_old_store_brings_it_up_with_the_same_numbers(old, tmp_path):
    before = told(old)
    records = raw(old / schema.FILE_NAME, "records")
    Store.open(old).close()
    assert raw(old / schema.FILE_NAME, "records") == records
    assert told(old) == before
    Store.open(tmp_path / "new", create=True).close()
    assert layout(old / schema.FILE_NAME) == layout(tmp_path / "new" / schema.FILE_NAME)
    for row in raw(old / schema.FILE_NAME, "points"):
        held = {r["measure"]: r["crc"] for r in records if r["key"] == row["key"]}
        assert json.loads(row["holds"]) == held != {}


def test_interrupted_at_any_statement_the_old_store_stands(tmp_path):
    """Statements are counted through SQLite's own trace, and each made to fail."""
    file = tmp_path / schema.FILE_NAME
    steps = done = 0
    while not done:
        shutil.copy(EXAMPLES / "v1.sqlite", file)
        before = told(tmp_path), layout(file)
        connection = sqlite3.connect(file)
        left = [steps]

        def refuse(*_, left=left):
            left[0] -= 1
            return sqlite3.SQLITE_DENY if left[0] < 0 else sqlite3.SQLITE_OK

        connection.set_authorizer(refuse)
        try:
            migrations.upgrade(connection)
            done = True
        except sqlite3.DatabaseError:
            assert (told(tmp_path), layout(file)) == before
        connection.set_authorizer(None)
        connection.close()
        steps += 7
    assert steps > 70
    assert layout(file)["version"] == (schema.VERSION,)


def test_killed_in_the_middle_the_old_store_stands(tmp_path):
    import subprocess
    import sys

    shutil.copy(EXAMPLES / "v1.sqlite", tmp_path / schema.FILE_NAME)
    before = told(tmp_path)
    program = (
        "import os, signal, sys; from gradlab.store import Store, migrations, schema\n"
        "step = migrations.STEPS[1]\n"
        "def half(connection, to):\n"
        "    step(connection, to)\n"
        "    connection.execute('pragma user_version=2')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrations.STEPS[1] = half\n"
        "Store.open(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)])
    assert done.returncode == -9
    assert told(tmp_path) == before
    Store.open(tmp_path).close()
    assert told(tmp_path) == before


def test_a_row_damaged_before_stays_recognizable(tmp_path):
    file = tmp_path / schema.FILE_NAME
    content = (EXAMPLES / "v1.sqlite").read_bytes()
    assert b'"cell":"lstm"' in content
    file.write_bytes(content.replace(b'"cell":"lstm"', b'"cell":"lstn"', 1))
    for upgrade in (False, True):
        if upgrade:
            Store.open(tmp_path).close()
        with pytest.raises(OSError, match="damaged at point"):
            Results.open(tmp_path)


def test_every_version_but_the_newest_has_a_step():
    assert list(migrations.STEPS) == list(VERSIONS)[:-1]
    assert migrations.STEPS[1] is v1_to_v2.step
