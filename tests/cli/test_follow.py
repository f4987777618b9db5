"""``gradlab status --follow``: watching a sweep that runs elsewhere, to its end."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from gradlab.cli import follow as following
from gradlab.cli.screen import Screen
from gradlab.store.lock import Lock
from tests.cli.stores import write
from tests.made_up import product, store
from tests.progress.folders import begin, save


class Clock:
    def __init__(self, *steps):
        self.now, self.steps = 0.0, list(steps)

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        if self.steps:
            self.steps.pop(0)()


def test_plain_lines_until_all_is_done(tmp_path, capsys):
    kept = begin(tmp_path)

    def fail():
        save(kept, "c", status="failed", message="no room")

    steps = (lambda: save(kept, "a"), lambda: None, lambda: save(kept, "b"), fail)
    clock = Clock(*steps, kept.close)
    following.follow(tmp_path, Screen(plain=True), False, clock, clock.sleep)
    kept.close()
    told = capsys.readouterr()
    assert told.out == ""
    head, _, rest = told.err.partition("not the sweep.\n")
    assert head.startswith(f"two: process {os.getpid()} on ")
    lines = rest.splitlines()
    assert lines[0] == "0/3 points"
    assert any(line.startswith("failed: ") and "no room" in line for line in lines)
    assert lines[-1] == "3/3 points, failed 1"
    assert clock.steps == [kept.close]


def test_it_ends_when_the_writer_is_gone(tmp_path, capsys):
    kept = begin(tmp_path)
    clock = Clock(lambda: save(kept, "a"), kept.close)
    following.follow(tmp_path, Screen(plain=True), True, clock, clock.sleep)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["done"] for line in lines if "done" in line] == [0, 1]
    assert [line["event"] for line in lines] == [
        *("writer", "started", "point", "progress", "writer"),
    ]
    writers = [line["name"] for line in lines if line["event"] == "writer"]
    assert writers[0].startswith("process ") and writers[-1] == ""
    assert following.SILENT <= clock.now <= following.SILENT + 4


def test_a_slow_point_is_waited_for(tmp_path):
    lock, clock = None, Clock(*[lambda: None] * 60, lambda: lock.release())
    begin(tmp_path).close()
    lock = Lock.take(tmp_path)
    following.follow(tmp_path, Screen(plain=True), True, clock, clock.sleep)
    assert clock.now >= 60


def test_then_comes_the_usual_answer(run, home):
    folder = write(store({"g": product(network=[("rnn", None)], seed=range(2))}), home)
    told = run("status", folder, "--follow")
    assert told.stdout == run("status", folder).stdout
    assert "nobody writes there just now" in told.stderr
    lines = run("status", folder, "--follow", "--json").stdout.splitlines()
    counts = [json.loads(line) for line in lines if '"progress"' in line]
    assert [(line["done"], line["total"]) for line in counts] == [(2, 2)]


def test_nothing_to_watch_and_too_much_asked(run, home):
    assert "where there is no results.sqlite" in " ".join(
        run("status", "nowhere", "--follow", code=1).stderr.split()
    )
    run("status", "--follow", "--check", code=2)


@pytest.mark.slow
def test_a_real_sweep_watched_from_another_process(tmp_path):
    words = ["sweep", "--cell=rnn", "--hidden=8", "--length=64", "--seeds=400"]
    words += ["--measure=spectral_norm", "--no-verify", "--jobs=1", "--out=r"]
    base = [sys.executable, "-m", "gradlab"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*base, *words], cwd=tmp_path, **quiet) as sweep:
        while not (tmp_path / "r" / "sweep.toml").exists():
            time.sleep(0.05)
        watch = subprocess.run(
            [*base, "status", "r", "--follow"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        sweep.send_signal(signal.SIGINT)  # it may still be at its report
    assert watch.returncode == 0, watch.stderr
    assert "400/400 points" in watch.stderr
    assert "100 % done" in watch.stdout
