"""``gradlab status --follow``: a sweep that runs elsewhere, watched to its end."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from gradlab.cli import follow as following
from gradlab.cli.screen import Screen
from gradlab.progress.watch import Watch
from gradlab.store.lock import Lock
from gradlab.store.requirement import Requirement
from gradlab.store.store import Store
from tests.cli.stores import write
from tests.made_up import product, store


REQUIREMENTS = {
    "short": {"m": Requirement("m", blocks="joint")},
    "long": {"m": Requirement("m", blocks="all")},
}


def lay(folder, *, name="two"):
    """A folder in which a sweep of three points, one in both grids, has begun."""
    kept = Store.open(folder, create=True)
    kept.expect({key: {"cell": "rnn", "seed": 0} for key in "abc"})
    grids = {"short": ["a", "b"], "long": ["b", "c"]}
    kept.save_sweep("one", {}, grids, {"name": name}, requirements=REQUIREMENTS)
    return kept


def save(kept, key, blocks="all", **more):
    computed = {"m": Requirement("m", blocks=blocks)}
    kept.save_point(key, {"cell": "rnn", "seed": 0}, computed=computed, **more)


def test_each_look_counts_what_came(tmp_path):
    with lay(tmp_path) as kept:
        watch = Watch(tmp_path)
        assert (watch.look().total, watch.look().done) == (3, 0)
        save(kept, "a", "joint")
        assert watch.look().grids == {"short": (2, 1), "long": (2, 0)}
        save(kept, "b", "joint")  # not what the second grid wants of it
        assert watch.look().done == 1
        save(kept, "b")
        save(kept, "c", status="failed", message="no room")
        seen = watch.look()
        assert (seen.done, seen.failed) == (3, 1)
        assert seen.failures == (({"cell": "rnn", "seed": 0}, "no room"),)
        assert watch.look().failures == ()
        save(kept, "c")
        assert (watch.look().done, watch.look().failed) == (3, 0)


def test_another_sweep_into_the_folder_is_counted_anew(tmp_path):
    with lay(tmp_path) as kept:
        watch = Watch(tmp_path)
        save(kept, "a", "joint")
        assert watch.look().done == 1
        kept.expect({"d": {}})
        kept.save_sweep(
            "two", {}, {"new": ["a", "d"]}, {"name": "n"}, requirements=REQUIREMENTS
        )
        seen = watch.look()
        assert (seen.name, seen.grids) == ("n", {"new": (2, 1)})


def test_a_look_reads_only_what_came_since(tmp_path):
    with lay(tmp_path) as kept:
        watch = Watch(tmp_path)
        taken = []
        real = watch._take_point
        watch._take_point = lambda row: taken.append(row[0]) or real(row)
        for key in "abc":
            save(kept, key)
            time.sleep(0.01)
            watch.look()
    assert taken.count("a") <= 2 and len(taken) <= 5


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
    kept = lay(tmp_path)

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
    kept = lay(tmp_path)
    clock = Clock(lambda: save(kept, "a"), kept.close)
    following.follow(tmp_path, Screen(plain=True), True, clock, clock.sleep)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["done"] for line in lines] == [0, 1, 1]
    assert lines[0]["writer"].startswith("process ") and lines[-1]["writer"] is None
    assert following.SILENT <= clock.now <= following.SILENT + 4


def test_a_slow_point_is_waited_for(tmp_path):
    lock, clock = None, Clock(*[lambda: None] * 60, lambda: lock.release())
    lay(tmp_path).close()
    lock = Lock.take(tmp_path)
    following.follow(tmp_path, Screen(plain=True), True, clock, clock.sleep)
    assert clock.now >= 60


def test_then_comes_the_usual_answer(run, home):
    folder = write(store({"g": product(network=[("rnn", None)], seed=range(2))}), home)
    told = run("status", folder, "--follow")
    assert told.stdout == run("status", folder).stdout
    assert "nobody writes there just now" in told.stderr
    lines = run("status", folder, "--follow", "--json").stdout.splitlines()
    assert [json.loads(line)["done"] for line in lines] == [2]


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
