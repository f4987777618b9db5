"""What was saved last counts, whatever the clock of the machine said."""

import time

import pytest

from gradlab.errors import DamagedError
from gradlab.progress.events import PointsDone, Started
from gradlab.progress.watch import Watch
from gradlab.runs.merge import merge
from gradlab.runs.other_sweep import check_same_sweep
from gradlab.store import Results, Store
from gradlab.store.recovery import recover


PARAMS = {"cell": "lstm", "seed": 0}
CONFIG = {"name": "x", "grid": []}
THREE_YEARS = 3 * 365 * 86_400.0


def save(store, key):
    store.add_missing({key: PARAMS})
    store.save_sweep(f"sweep {key}", CONFIG, {"main": [key]}, {"name": key})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two sweeps into one folder; the clock was ahead during the first."""
    with Store.open(tmp_path / "r", create=True) as store:
        with monkeypatch.context() as patch:
            now = time.time()
            patch.setattr(time, "time", lambda: now + THREE_YEARS)
            save(store, "old")
            store.save_point("old", PARAMS)
    with Store.open(tmp_path / "r") as store:
        save(store, "new")
    return tmp_path / "r"


def test_a_report_covers_the_sweep_that_was_saved_last(folder, tmp_path):
    assert [point.key for point in Results.open(folder).points] == ["new"]
    assert recover(folder).rows.latest().id == "sweep new"
    check_same_sweep(folder, "new", ["other"])
    merge([folder], tmp_path / "merged")
    merged = Results.open(tmp_path / "merged").points
    assert [point.key for point in merged] == ["new"]


def test_a_watch_sees_points_that_come_after_the_clock_was_set_right(folder):
    watch = Watch(folder)
    assert isinstance(watch.look()[-1], Started)
    with Store.open(folder) as store:
        for keys in (["new"], []):
            for key in keys:
                store.save_point(key, PARAMS)
            done = [one for one in watch.look() if isinstance(one, PointsDone)]
            assert [p.key for one in done for p in one.points] == keys


def test_a_number_that_no_store_reaches_is_damage(folder):
    with Store.open(folder) as store:
        store.connection.execute("update sweeps set serial = 9223372036854775807")
        store.connection.commit()
    with pytest.raises(DamagedError, match="damaged at its order"):
        Store.open(folder)
