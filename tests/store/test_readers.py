"""Reading while another process writes, and where there is no write-ahead log."""

import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from gradlab.labelled import LabelledArray
from gradlab.store import Results, Store, reading
from gradlab.store import store as module


PARAMS = {"cell": "lstm", "seed": 0}

WRITER = """
import sys
import numpy as np
from gradlab.labelled import LabelledArray
from gradlab.store import Store
values = np.arange(3000.0)
with Store.open(sys.argv[1], create=True) as store:
    store.save_sweep("id", {}, {"main": [f"{i:04}" for i in range(400)]}, {})
    store.add_missing({f"{i:04}": {"cell": "rnn", "seed": i} for i in range(400)})
    for i in range(400):
        record = LabelledArray("horizon", {"lag": tuple(range(3000))}, values + i)
        params = {"cell": "rnn", "seed": i}
        store.save_point(f"{i:04}", params, records={"horizon": [record]})
        if i == 0:
            print("writing", flush=True)
"""


def test_readers_beside_a_writer_see_whole_points_and_ever_more_of_them(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "r")],
        stdout=subprocess.PIPE,
        text=True,
    )
    seen = []
    with writer:
        assert writer.stdout.readline() == "writing\n"
        while writer.poll() is None or not seen or seen[-1] < 400:
            results = Results.open(tmp_path / "r")
            done = [point for point in results.points if point.status == "done"]
            seen.append(len(done))
            for point in (done[0], done[-1]):
                values = point.record("horizon").values
                assert (values == np.arange(3000.0) + point.params["seed"]).all()
    assert writer.returncode == 0
    assert seen == sorted(seen) and len(set(seen)) > 2
    assert seen[-1] == 400


@pytest.fixture
def no_shared_memory(monkeypatch):
    """SQLite as on a network file system: locks by files, no write-ahead log."""
    connect = sqlite3.connect

    def dotfile(name, *args, **options):
        name = str(name)
        name = name if name.startswith("file:") else f"file:{name}"
        name += ("&" if "?" in name else "?") + "vfs=unix-dotfile"
        return connect(name, *args, **{**options, "uri": True})

    for place in (module, reading):
        monkeypatch.setattr(place.sqlite3, "connect", dotfile)


@pytest.mark.skipif(sys.platform == "win32", reason="a file system layer of Unix")
def test_where_a_write_ahead_log_cannot_be_it_does_without(tmp_path, no_shared_memory):
    record = LabelledArray("horizon", {"lag": (0, 1)}, np.array([1.0, 2.0]))
    with Store.open(tmp_path / "r", create=True) as store:
        mode = store.connection.execute("pragma journal_mode").fetchone()[0]
        assert mode != "wal"
        store.save_sweep("id", {}, {"main": ["a", "b"]}, {})
        store.save_point("a", PARAMS, records={"horizon": [record]})
        store.save_point("b", PARAMS, records={"horizon": [record]})
        # a reader between two points
        assert Results.open(tmp_path / "r").points[1].record("horizon") == record
    assert Results.open(tmp_path / "r").points[0].record("horizon") == record
