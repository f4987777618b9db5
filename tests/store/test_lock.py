import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from gradlab.errors import StoreError
from gradlab.store import Results, Store, lock
from gradlab.store.lock import Lock, holder


PARAMS = {"cell": "lstm", "seed": 0}

WRITER = """
import sys, time
from gradlab.store import Store
with Store.open(sys.argv[1], create=True) as store:
    store.save_point("a", {"cell": "lstm", "seed": 0})
    print("writing", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def writer(tmp_path):
    """Another process that writes into ``tmp_path / "r"`` until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "r")],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused_by_name_and_harms_nothing(tmp_path, writer):
    folder = tmp_path / "r"
    with pytest.raises(StoreError) as caught:
        Store.open(folder, create=True)
    got = (
        f"{folder}, into which another gradlab writes "
        f"(process {writer.pid} on {socket.gethostname()}, since "
    )
    assert caught.value.got.startswith(got)
    assert re.fullmatch(
        r"\d+ \w+ \d{4} \d\d:\d\d\)", caught.value.got.removeprefix(got)
    )
    assert caught.value.expected == "one sweep or merge at a time in a folder"
    assert holder(folder).startswith(f"process {writer.pid} on ")
    assert [point.key for point in Results.open(folder).points] == ["a"]


def test_what_a_killed_writer_leaves_is_no_obstacle(tmp_path, writer):
    folder = tmp_path / "r"
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert (folder / lock.LOCK_NAME).exists()
    assert holder(folder) is None
    with Store.open(folder) as store:
        store.save_point("b", PARAMS)
    assert {point.key for point in Results.open(folder).points} == {"a", "b"}
    assert not (folder / lock.LOCK_NAME).exists()


def test_nobody_writes_before_and_after(tmp_path):
    folder = tmp_path / "r"
    assert holder(folder) is None
    with Store.open(folder, create=True):
        me = f"process {os.getpid()} on {socket.gethostname()}, since "
        assert holder(folder).startswith(me)
    assert holder(folder) is None


def test_a_store_that_does_not_open_is_not_locked(tmp_path):
    (tmp_path / "results.sqlite").write_text("my own notes " * 99)
    with pytest.raises(StoreError):
        Store.open(tmp_path)
    assert holder(tmp_path) is None


def test_one_who_only_looks_keeps_nobody_out(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 30)
    done = threading.Event()

    def look():
        while not done.is_set():
            holder(tmp_path)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(30):
            taken = Lock.take(tmp_path)
            assert taken.is_effective
            taken.release()
    finally:
        done.set()
        watcher.join()


def _count(folder, rounds):
    """Add one to a number in a file, read and written apart, under the lock."""
    lock.PATIENCE = 60
    for _ in range(rounds):
        taken = Lock.take(folder)
        number = int((folder / "number").read_text())
        time.sleep(0.001)
        (folder / "number").write_text(str(number + 1))
        taken.release()


def test_never_two_hold_it_while_the_file_comes_and_goes(tmp_path):
    (tmp_path / "number").write_text("0")
    context = multiprocessing.get_context("spawn")
    crowd = [context.Process(target=_count, args=(tmp_path, 25)) for _ in range(3)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()
    assert (tmp_path / "number").read_text() == "75"


@pytest.mark.parametrize("error", [None, 37, 38, 95])  # no fcntl, ENOLCK, ENOSYS, ...
def test_where_nothing_can_be_locked_it_goes_on_and_knows(tmp_path, monkeypatch, error):
    def refuse(*_):
        raise OSError(error, os.strerror(error))

    if error is None:
        monkeypatch.setattr(lock, "fcntl", None)
    else:
        monkeypatch.setattr(lock.fcntl, "flock", refuse)
    with Store.open(tmp_path / "r", create=True) as store:
        store.save_point("a", PARAMS)
        assert not store.lock.is_effective
        assert holder(tmp_path / "r") is None
    assert Results.open(tmp_path / "r").points[0].key == "a"


@pytest.mark.parametrize("content", [b"", b"\xff"])
def test_a_holder_that_has_not_signed_is_reported_all_the_same(tmp_path, content):
    taken = Lock.take(tmp_path)
    (tmp_path / lock.LOCK_NAME).write_bytes(content)
    assert holder(tmp_path) == (content.decode(errors="replace") or "another process")
    taken.release()
    assert holder(tmp_path) is None
