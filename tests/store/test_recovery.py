"""Damage anywhere in a store is noticed, by name, and what it did not hit is read."""

import shutil
import sqlite3
from contextlib import closing, suppress

import pytest

from gradlab.errors import StoreError
from gradlab.store import Results, Store, schema
from gradlab.store.recovery import recover
from tests.store import damage
from tests.store.damage import Place


SIZE = 868_352
PLACES = [
    pytest.param(
        place,
        id=f"{place.kind}{place.start}+{place.length}",
        marks=[pytest.mark.slow] * (number >= 12 and number % 3 != 0),
    )
    for number, place in enumerate(damage.places(size=SIZE, number=60, seed=4))
]
"""The head, the tail, and other places, of which the fast tests take a third."""
MANY = damage.places(size=SIZE, number=400, seed=5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = damage.write(tmp_path_factory.mktemp("whole") / "r")
    file = folder / schema.FILE_NAME
    content = file.read_bytes()
    rows = damage.rows(file)
    where = {
        (table, key): damage.standing(content, row)
        for table, its in rows.items()
        for key, row in its.items()
    }
    return folder, rows, where


def found_in(folder):
    contents = recover(folder).rows
    return {
        "points": {(key,): row for key, row in contents.points.items()},
        "records": contents.records,
        "sweeps": {(key,): row for key, row in contents.sweeps.items()},
        "measures": {(key,): row for key, row in contents.measures.items()},
    }


def test_a_sound_store_is_read_to_the_bit(whole):
    folder, rows, _ = whole
    found = recover(folder)
    assert found.intact
    assert found_in(folder) == rows
    size = (folder / schema.FILE_NAME).stat().st_size
    assert 0.9 < size / SIZE < 1.1  # the places are spread over all of the file


@pytest.mark.parametrize("place", PLACES)
def test_damage_is_noticed_and_the_rest_is_read(tmp_path, whole, place):
    folder, rows, where = whole
    torn = damage.hurt(folder, tmp_path / "r", place)
    size = (folder / schema.FILE_NAME).stat().st_size
    gone = set(place.pages(size))
    try:
        recovered = recover(torn)
    except StoreError as error:
        # without its first page SQLite takes a file for none of its own
        assert 0 in gone or not any(
            where["points", key].isdisjoint(gone) for key in rows["points"]
        ), error
        return
    found = found_in(torn)
    for table in ("points", "records", "sweeps", "measures"):
        for key, row in rows[table].items():
            if key in found[table]:
                assert found[table][key] == row
            else:
                # only what stands where the damage is may be lost, and it is named
                assert where[table, key] & gone, (table, key)
                assert named(recovered, table, key), (table, key)
        assert not found[table].keys() - rows[table].keys()


def named(recovered, table, key):
    """Whether a row that is lost is among the damage."""
    one = {
        "points": ("point", key[0], None),
        "records": ("record", key[0], key[-1]),
        "sweeps": ("sweep", key[0], None),
        "measures": ("measure", key[0], None),
    }[table]
    for each in recovered.damage:
        if (each.table, each.key, each.record or None) == one:
            return True
        if each.table == "point" and each.key == key[0]:
            return True
    # whatever was lost, no one takes the file for sound
    return table in ("sweeps", "measures") and not recovered.intact


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_gives_what_was_written_or_says_that_it_is_damaged(
    tmp_path, whole, place
):
    folder, rows, _ = whole
    torn = damage.hurt(folder, tmp_path / "r", place)
    try:
        results = Results.open(torn)
        for point in results.points:
            for name in ("the_norms", "some_rate", "the_map"):
                there = point.record(name)
                assert (there is None) == ((point.key, name) not in rows["records"])
        assert {point.key for point in results.points} == {
            key for (key,) in rows["points"]
        }
    except StoreError as error:
        assert str(torn / schema.FILE_NAME) in error.got
        assert error.try_ == f"gradlab merge {torn} --out {torn}-intact"


def test_rows_that_only_the_write_ahead_log_has_are_read(tmp_path, whole):
    _, rows, _ = whole
    source = tmp_path / "source"
    damage.write(source, points=20)
    with Store.open(source) as store:
        params = {"cell": "lstm", "gain": 1.5, "seed": 39}
        store.save_point(damage.key(39), params, status="failed", message="late")
        # as a killed writer leaves it: the log not yet folded into the file
        shutil.copytree(source, tmp_path / "killed")
        assert (tmp_path / "killed" / "results.sqlite-wal").stat().st_size
    file = tmp_path / "killed" / schema.FILE_NAME
    content = file.read_bytes()
    file.write_bytes(Place("cut", len(content) - 1, 0).damage(content))
    late = recover(tmp_path / "killed").rows.points[damage.key(39)]
    assert late[2:4] == ("failed", "late")


def test_of_two_states_of_a_point_the_newer_one_counts(tmp_path):
    """Pages that SQLite freed still hold rows as they were before."""
    folder = damage.write(tmp_path / "r", points=40)
    with Store.open(folder) as store:
        for i in range(40):
            params = {"cell": "lstm", "gain": 1.5, "seed": i}
            store.save_point(damage.key(i), params, status="failed", message="since")
    file = folder / schema.FILE_NAME
    before = damage.rows(file)["points"]
    content = file.read_bytes()
    for start in range(damage.PAGE, len(content), 16 * damage.PAGE):
        file.write_bytes(Place("flip", start, 100).damage(content))
        assert found_in(folder)["points"].items() <= before.items()


@pytest.mark.parametrize("lost", ["points", "records", "sweeps", "measures"])
def test_a_row_that_was_taken_out_is_named(tmp_path, lost):
    folder = damage.write(tmp_path / "r")
    column = schema.ROWS[lost]._fields[0]
    with closing(sqlite3.connect(folder / schema.FILE_NAME)) as connection:
        first = connection.execute(f"select {column} from {lost}").fetchone()[0]
        connection.execute(f"delete from {lost} where {column} = ?", (first,))
        connection.execute("commit")
        connection.execute("vacuum")
    found = recover(folder)
    if lost == "sweeps":  # nothing says that there was one
        assert not found.rows.sweeps
    else:
        assert {one.key for one in found.damage} == {first}
        assert not found.intact


def test_a_file_of_noise_is_one_sentence(tmp_path):
    (tmp_path / schema.FILE_NAME).write_bytes(bytes(range(256)) * 200)
    with pytest.raises(StoreError) as caught:
        recover(tmp_path)
    assert caught.value.got == (
        f"{tmp_path / schema.FILE_NAME}, in which nothing is intact"
    )


@pytest.mark.trials
@pytest.mark.parametrize("place", MANY, ids=lambda p: f"{p.kind}{p.start}+{p.length}")
def test_damage_anywhere_is_a_sentence_or_is_read_around(tmp_path, whole, place):
    """In 400 places: no error but a StoreError, and nothing is made up."""
    folder, rows, _ = whole
    torn = damage.hurt(folder, tmp_path / "r", place)
    with suppress(StoreError):
        Results.open(torn)
    with suppress(StoreError):
        recovered = recover(torn)
        for table, intact in found_in(torn).items():
            assert intact.items() <= rows[table].items()
            lost = rows[table].keys() - intact.keys()
            assert all(named(recovered, table, key) for key in lost)
