import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from gradlab import canonical_json
from gradlab.errors import StoreError
from gradlab.labelled import LabelledArray
from gradlab.requirement import Requirement
from gradlab.store import Results, Store, reading, schema
from gradlab.store import store as module
from gradlab.store.folder import write_sweep_file


PARAMS = {"cell": "lstm", "seed": 0, "forget_bias": "keep", "gain": 1.0}


def record(measure="spectral_norm", scale=1.0):
    rng = np.random.default_rng(0)
    coords = {"block": ("joint", "hc"), "lag": tuple(range(9))}
    mean = scale * rng.standard_normal((2, 9))
    mean[0, 3] = -np.inf
    return LabelledArray(measure, coords, mean, abs(mean), unit="nats")


def filled(folder, **points):
    """Write a store with one point for each keyword: key -> its records."""
    with Store.open(folder, create=True) as store:
        for key, records in points.items():
            given = {one.name: [one] for one in records}
            store.save_point(key, PARAMS, records=given)
        store.save_sweep("id", {"name": "x"}, {"main": list(points)}, {"name": "x"})
    return folder / schema.FILE_NAME


def test_a_record_comes_back_to_the_bit(tmp_path):
    filled(tmp_path / "r", k=[record()])
    assert Results.open(tmp_path / "r").points[0].record("spectral_norm") == record()


def test_words_come_back_too(tmp_path):
    told = LabelledArray("verdict", {"index": "ab"}, [1, 0], words=("dead", "stable"))
    filled(tmp_path / "r", k=[told])
    back = Results.open(tmp_path / "r").points[0].record("verdict")
    assert back == told and back.as_words().tolist() == ["stable", "dead"]


def test_a_record_replaces_its_own_measure_only(tmp_path):
    filled(tmp_path / "r", k=[record(), record("horizon")])
    with Store.open(tmp_path / "r") as store:
        store.save_point("k", PARAMS, records={"spectral_norm": [record(scale=2.0)]})
    point = Results.open(tmp_path / "r").points[0]
    assert point.record("spectral_norm") == record(scale=2.0)
    assert point.record("horizon") == record("horizon")
    assert point.record("verdict") is None


def test_records_of_a_stale_version_are_not_mixed_in(tmp_path):
    filled(tmp_path / "r", a=[record()])
    now = Requirement("spectral_norm", 2, canonical_json.dumps({"a": [1, 2.5]}))
    with Store.open(tmp_path / "r") as store:
        given = {"records": {now.measure: [record()]}, "computed": {now.measure: now}}
        store.save_point("b", PARAMS, **given)
        requirements = {"main": {"spectral_norm": now}}
        store.save_sweep("id", {}, {"main": "ab"}, {}, requirements=requirements)
    results = Results.open(tmp_path / "r")
    assert [p.record("spectral_norm") is None for p in results.points] == [True, False]
    assert [p.status for p in results.points] == ["missing", "done"]


def test_counts_of_requested_missing_failed_and_others(tmp_path):
    with Store.open(tmp_path / "r", create=True) as store:
        store.add_missing({"a": PARAMS, "b": PARAMS, "c": PARAMS, "d": PARAMS})
        store.save_point("a", PARAMS, computed={"horizon": Requirement("horizon")})
        store.save_point(
            "b", PARAMS, computed={"horizon": Requirement("horizon", blocks="joint")}
        )
        store.save_point("c", PARAMS, status="failed", message="no memory")
        store.save_point("other", PARAMS)
        grids = {"main": ["a", "b", "c", "d"], "twice": ["a"]}
        need = {"main": {"horizon": Requirement("horizon")}}
        store.save_sweep("id", {}, grids, {}, requirements=need)
    results = Results.open(tmp_path / "r")
    assert results.meta["counts"] == {
        "requested": 4,
        "done": 1,
        "failed": 1,
        "missing": 2,
        "not_finite": 0,
        "others": 1,
    }
    assert list(results.grids) == ["main", "twice"]
    assert results.points[2].message == "no memory"


def test_the_sweep_saved_last_is_the_one_reports_cover(tmp_path):
    filled(tmp_path / "r", a=[], b=[])
    with Store.open(tmp_path / "r") as store:
        store.save_sweep("other", {}, {"less": ["b"]}, {"name": "y"})
    results = Results.open(tmp_path / "r")
    assert [point.key for point in results.points] == ["b"]
    assert results.meta["name"] == "y"


def test_a_reader_sees_a_store_that_is_being_written(tmp_path):
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", PARAMS, records={"spectral_norm": [record()]})
        store.save_sweep("id", {}, {"main": ["a"]}, {})
        assert Results.open(tmp_path / "r").points[0].record("spectral_norm")


def test_a_closed_store_is_one_file_that_reading_leaves_alone(tmp_path):
    filled(tmp_path / "r", k=[record()])
    Results.open(tmp_path / "r").points[0].record("spectral_norm")
    assert [entry.name for entry in (tmp_path / "r").iterdir()] == [schema.FILE_NAME]


def test_every_flipped_byte_of_a_value_is_noticed(tmp_path):
    file = filled(tmp_path / "r", k=[record()])
    content = file.read_bytes()
    at = content.index(record().values.tobytes())
    for offset in range(0, 2 * 9 * 8, 5):
        broken = bytearray(content)
        broken[at + offset] ^= 4
        file.write_bytes(broken)
        with pytest.raises(StoreError, match="damaged at spectral_norm of point k"):
            Results.open(tmp_path / "r").points[0].record("spectral_norm")


def test_a_changed_parameter_is_noticed(tmp_path):
    file = filled(tmp_path / "r", k=[])
    file.write_bytes(file.read_bytes().replace(b'"cell":"lstm"', b'"cell":"lstn"'))
    with pytest.raises(StoreError, match="damaged at point k"):
        Results.open(tmp_path / "r")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / schema.FILE_NAME).write_text("my own notes " * 99)
    for call in (Results.open, Store.open):
        with pytest.raises(StoreError) as caught:
            call(tmp_path)
        assert str(caught.value) == (
            f"Got {tmp_path / schema.FILE_NAME}: file is not a database.\n"
            "Expected a results file of gradlab.\n"
            f"Try gradlab merge {tmp_path} --out {tmp_path}-intact"
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"cell":"lstm"', b'"cell":"\xff\xfe\x1b\x80"'),  # text of a point
        (b"CREATE TABLE sweeps", b"CREATE TXBLE s\xff\x1beps"),  # the schema
    ],
)
def test_flipped_bytes_are_reported_without_them(tmp_path, old, new):
    file = filled(tmp_path / "r", k=[])
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    with pytest.raises(StoreError) as caught:
        Results.open(tmp_path / "r")
    assert str(caught.value) == (
        f"Got {file}: damaged, it cannot be read.\n"
        "Expected the bytes that were written.\n"
        f"Try gradlab merge {tmp_path / 'r'} --out {tmp_path / 'r'}-intact"
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'[["main",', b'[["main"\x1b', "what was requested"),
        (b'{"horizon":', b'{"horizom":', "point k"),  # which records it has
    ],
)
def test_flipped_bytes_of_every_table_are_noticed(tmp_path, old, new, what):
    file = filled(tmp_path / "r", k=[record("horizon")])
    with Store.open(tmp_path / "r") as store:
        store.save_record_metadata({"horizon": {"symbol": "s"}})
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content.replace(old, new))
    with pytest.raises(StoreError, match=f"damaged at {what}"):
        Results.open(tmp_path / "r").points[0].record("horizon")


@pytest.mark.parametrize("table", ["points", "records"])
def test_a_row_that_is_gone_is_noticed(tmp_path, table):
    file = filled(tmp_path / "r", k=[record("horizon")], l=[])
    with sqlite3.connect(file) as connection:
        connection.execute(f"delete from {table} where key = 'k'")
    connection.close()
    what = "horizon of point k" if table == "records" else "point k, which is lost"
    with pytest.raises(StoreError, match=f"damaged at {what}"):
        Results.open(tmp_path / "r").points[0].record("horizon")


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    file = filled(tmp_path / "r", k=[])
    monkeypatch.setattr(reading.os, "access", lambda *_: False)
    with pytest.raises(StoreError) as caught:
        Results.open(tmp_path / "r")
    assert str(caught.value) == (
        f"Got {file}: Permission denied.\n"
        "Expected a file that this user may read and write.\n"
        f"Try chmod u+rw {file}"
    )


def test_a_store_in_its_first_moment_is_empty(tmp_path):
    sqlite3.connect(tmp_path / schema.FILE_NAME).close()
    with pytest.raises(StoreError, match=r"results\.sqlite, which is empty"):
        Results.open(tmp_path)
    with Store.open(tmp_path, create=True) as store:
        store.save_point("a", PARAMS)
    assert Results.open(tmp_path).points[0].key == "a"


def test_a_database_of_something_else_is_left_alone(tmp_path):
    file = tmp_path / schema.FILE_NAME
    with sqlite3.connect(file) as connection:
        connection.execute("create table mine (a)")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="a database of something else"):
        Store.open(tmp_path, create=True)
    assert file.read_bytes() == before


@pytest.mark.parametrize("version", [0, 99])
def test_another_version_is_named(tmp_path, version):
    file = filled(tmp_path / "r", k=[])
    with sqlite3.connect(file) as connection:
        connection.execute("alter table points rename seconds to hours")
        connection.execute(f"pragma user_version={version}")
    connection.close()
    with pytest.raises(StoreError) as caught:
        Results.open(tmp_path / "r")
    assert caught.value.got == f"{file} with schema version {version}"
    newer = "a newer gradlab" in caught.value.try_
    assert newer == (version == 99)


@pytest.mark.parametrize("mark", ["user_version=99", "application_id=7"])
def test_a_wrong_mark_on_todays_tables_is_damage(tmp_path, mark):
    file = filled(tmp_path / "r", k=[])
    with sqlite3.connect(file) as connection:
        connection.execute(f"pragma {mark}")
    connection.close()
    with pytest.raises(StoreError, match="damaged at its first page"):
        Results.open(tmp_path / "r")


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path, create=True)
    assert str(caught.value) == (
        f"Got {tmp_path}, which holds thesis.tex and no results.sqlite.\n"
        "Expected an empty folder or one that gradlab made.\n"
        f"Try --out {tmp_path / 'gradlab'}"
    )


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "r").write_text("")
    with pytest.raises(StoreError, match="which is a file"):
        Store.open(tmp_path / "r", create=True)


def test_a_folder_without_results_says_how_to_get_them(tmp_path):
    with pytest.raises(StoreError) as caught:
        Results.open(tmp_path)
    assert caught.value.try_ == f"gradlab sweep --out {tmp_path}"


def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path):
    file = filled(tmp_path / "r", k=[record()])
    with Store.open(tmp_path / "r") as store:
        pages = store.connection.execute("pragma page_count").fetchone()[0]
        store.connection.execute(f"pragma max_page_count={pages}")
        big = LabelledArray("triangle", {"lag": tuple(range(9999))}, np.ones(9999))
        with pytest.raises(StoreError) as caught:
            store.save_point("new", PARAMS, records={"triangle": [big]})
        assert str(caught.value) == (
            f"Got {file}: database or disk is full.\n"
            "Expected room on the disk; what was computed before is kept.\n"
            "Try making room, then the same command again"
        )
    results = Results.open(tmp_path / "r")
    assert results.points[0].record("spectral_norm") == record()
    assert results.meta["counts"]["others"] == 0


def test_without_a_write_ahead_log_it_takes_what_there_is(tmp_path, monkeypatch):
    class NoWal(sqlite3.Connection):
        def execute(self, sql, *args):
            return super().execute(sql.replace("=wal", "=delete"), *args)

    connect = sqlite3.connect
    monkeypatch.setattr(
        module.sqlite3, "connect", lambda *a, **k: connect(*a, factory=NoWal, **k)
    )
    filled(tmp_path / "r", k=[record()])
    assert not list((tmp_path / "r").glob("*-wal"))
    assert Results.open(tmp_path / "r").points[0].record("spectral_norm") == record()


def test_the_store_needs_no_torch_and_no_pandas():
    code = "import sys, gradlab.store; print({'torch', 'pandas'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "set()", out.stderr


def test_a_report_that_travelled_without_its_numbers_can_be_made_again(tmp_path):
    for name in ("report.html", "README.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    write_sweep_file(tmp_path, 'name = "x"\n')
    with Store.open(tmp_path, create=True):
        pass
    assert (tmp_path / "results.sqlite").exists()
