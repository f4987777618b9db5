"""A read-only copy of a killed run is read whole: its log has points the file lacks."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from gradlab.errors import StoreError
from gradlab.progress.watch import Watch
from gradlab.store import Results, Store, reading
from gradlab.store.recovery import recover


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")

PARAMS = {"cell": "lstm", "seed": 0}
NOBODY = 65534


@contextmanager
def unprivileged():
    """Let root be refused what everyone else is."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def killed(tmp_path):
    """What a killed run leaves, copied without shared memory into a locked folder."""
    with Store.open(tmp_path / "r", create=True) as store:
        store.add_missing({"a": PARAMS, "b": PARAMS})
        store.save_sweep("id", {}, {"main": ["a", "b"]}, {"name": "x"})
        store.connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        store.save_point("a", PARAMS)
        store.save_point("b", PARAMS, status="failed", message="no memory")
        folder = Path(tempfile.mkdtemp())  # where nobody may go, unlike tmp_path
        for end in ("", "-wal"):
            shutil.copy(tmp_path / "r" / f"results.sqlite{end}", folder)
    assert (folder / "results.sqlite-wal").stat().st_size
    folder.chmod(0o555)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    with unprivileged():
        yield folder
    assert {file: file.read_bytes() for file in folder.iterdir()} == before
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_every_way_of_reading_has_all_points(killed):
    assert [p.status for p in Results.open(killed).points] == ["done", "failed"]
    found = recover(killed)
    assert found.intact
    assert [row.status for row in found.rows.points.values()] == ["done", "failed"]
    started, done = Watch(killed).look()[-2:]
    assert (started.total, len(done.points)) == (2, 2)
    # copied once, not for each look
    assert reading._whole_copy.cache_info().currsize == 1


def test_where_no_copy_can_be_made_it_is_refused(killed, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    reading._whole_copy.cache_clear()
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError) as caught:
        Results.open(killed)
    assert str(caught.value) == (
        f"Got {killed}/results.sqlite, left by a run that was killed, in a folder that "
        "cannot be written; and in a copy: No space left on device.\n"
        "Expected to fold in its log, which holds points that the file lacks.\n"
        f"Try cp -r {killed} ELSEWHERE, where it can be written"
    )


def test_a_store_that_somebody_locks_is_not_read_past_its_lock(tmp_path, monkeypatch):
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", PARAMS)
    file = tmp_path / "r" / "results.sqlite"
    connect = sqlite3.connect
    monkeypatch.setattr(
        reading.sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0})
    )
    other = connect(file)
    other.execute("begin exclusive")
    with pytest.raises(StoreError, match="locked"):
        Results.open(tmp_path / "r")
    other.close()
