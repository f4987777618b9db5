"""Whatever dies on the way, what was computed stays, and the rest is done, once each.

Real processes, killed for real: the parent at any moment of its life, workers at
random, points that kill, crash, fill the memory or never end.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from gradlab.config.loading import load
from gradlab.runs import run as runner
from gradlab.store import Results, codec
from tests.runs.inline import InlinePool


pytestmark = pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks in /proc")

SLEEPY = """
import os, time
from gradlab.measures.base import Measure
class SleepyHere(Measure):
    "Takes a while for each network."
    def compute(self, context):
        state = context.trajectory.states[0][-1].sum(-1)
        time.sleep(float(os.environ.get("SLEEP", "0")) * state.shape[0])
        return state
"""

MANY = {
    "name": "many",
    "hidden": 6,
    "features": 5,
    "sequences": 2,
    "seeds": 3,
    "length": "4:23:1",
    "gain": [1, 2],
    "cell": ["rnn", "lstm"],
    "measures": ["spectral_norm", "sleepy_here"],
}

RUN = """
import json, sys, gradlab
gradlab.sweep(json.loads(sys.argv[1]), out=sys.argv[2], jobs=2, load=sys.argv[3:],
              log=sys.argv[2] + ".jsonl", verify=False)
"""


class Sweep:
    """A sweep in a process of its own, whose descendants can be found by a mark."""

    def __init__(self, folder, file, sleep):
        self.folder, self.file = folder, file
        self.mark = uuid.uuid4().hex
        self.env = {**os.environ, "SLEEP": str(sleep), "SWEEP_MARK": self.mark}

    def start(self):
        words = [sys.executable, "-c", RUN, json.dumps(MANY), self.folder, self.file]
        return subprocess.Popen(
            words, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def processes(self):
        """Return the pids of everything it started that still runs."""
        found = []
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                environ = Path(f"/proc/{entry}/environ").read_bytes()
                state = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2]
            except OSError:
                continue
            if self.mark.encode() in environ and state.split()[0] != "Z":
                found.append(int(entry))
        return found

    def workers(self, parent):
        """Return the pids of its worker processes."""
        found = []
        for pid in self.processes():
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if pid != parent and b"spawn_main" in command:
                found.append(pid)
        return found


@pytest.fixture
def sleepy(tmp_path):
    file = tmp_path / "sleepy.py"
    file.write_text(SLEEPY)
    return file


def bits(results):
    return {
        (point.key, name): codec.encode(point.key, point.record(name))
        for point in results.points
        for name in ("spectral_norm", "sleepy_here")
    }


def undisturbed(tmp_path, file, monkeypatch):
    """Return the numbers of a sweep that nothing happens to."""
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    many = load(MANY, load=[file])
    return bits(runner.run(many, tmp_path / "calm", jobs=1, verify=False))


def written(log, size):
    """Return what was added to a file since it had a size."""
    return log.read_bytes()[size:] if log.exists() else b""


def wait_for_point(process, log, size):
    """Wait until a log that had a size tells of a point, or nothing is left."""
    end = time.monotonic() + 60
    while b'"point"' not in written(log, size) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)


def done_in(log):
    """Return key -> how often a log tells that the point was done."""
    counts = Counter()
    for line in log.read_text().splitlines():
        try:
            event = json.loads(line)
        except ValueError:  # the line at which the writer was killed
            continue
        if event["event"] == "point" and event["status"] == "done":
            counts[event["key"]] += 1
    return counts


@pytest.mark.parametrize(
    ("moments", "apart"),
    [
        pytest.param(12, 4, marks=pytest.mark.slow),
        pytest.param(30, 5, marks=pytest.mark.trials),
    ],
)
def test_a_parent_killed_at_many_moments_loses_nothing_and_leaves_no_orphan(
    tmp_path, sleepy, monkeypatch, moments, apart
):
    sweep = Sweep(tmp_path / "r", sleepy, sleep=0.1)
    log = tmp_path / "r.jsonl"
    rng = random.Random(30)
    kept = []
    for number in range(moments):
        size = log.stat().st_size if log.exists() else 0
        process = sweep.start()
        if number % 2:  # during the work: from its first point on
            wait_for_point(process, log, size)
        time.sleep(rng.uniform(0.0, 0.5 if number % 2 else 4.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        end = time.monotonic() + 2
        while sweep.processes() and time.monotonic() < end:
            time.sleep(0.05)
        assert not sweep.processes()
        if (tmp_path / "r" / "results.sqlite").exists():
            kept.append(Results.open(tmp_path / "r").meta["counts"]["done"])
    assert kept == sorted(kept)
    # the moments were not all before or after the work
    assert len(set(kept)) >= apart
    last = sweep.start()
    _, err = last.communicate(timeout=200)
    assert last.returncode == 0, err
    results = Results.open(tmp_path / "r")
    assert results.meta["counts"]["done"] == results.meta["counts"]["requested"] == 240
    assert bits(results) == undisturbed(tmp_path, sleepy, monkeypatch)
    counts = done_in(log)
    assert set(counts.values()) == {1}


@pytest.mark.slow
def test_workers_killed_at_random_cost_no_point(tmp_path, sleepy, monkeypatch):
    sweep = Sweep(tmp_path / "r", sleepy, sleep=0.1)
    log = tmp_path / "r.jsonl"
    rng = random.Random(7)
    killed = 0
    process = sweep.start()
    while process.poll() is None and killed < 10:
        # a busy machine may take longer to start a worker than to have it killed, and
        # many that die before they are ready end the sweep: so not before a new point
        wait_for_point(process, log, log.stat().st_size if log.exists() else 0)
        time.sleep(rng.uniform(0.0, 2.4))
        workers = sorted(sweep.workers(process.pid))
        if workers and process.poll() is None:
            try:
                victim = workers[0] if killed % 2 else rng.choice(workers)
                os.kill(victim, signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                pass
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert killed >= 4
    results = Results.open(tmp_path / "r")
    assert results.meta["counts"]["done"] == results.meta["counts"]["requested"] == 240
    assert bits(results) == undisturbed(tmp_path, sleepy, monkeypatch)
    assert set(done_in(tmp_path / "r.jsonl").values()) == {1}


EVIL = """
import ctypes, os, signal, time
from gradlab.measures.base import Measure
class EvilHere(Measure):
    "Does to its process what the size of the weights says."
    def compute(self, context):
        weight = context.cell.weight_hh.detach().abs().amax((-1, -2))
        largest = float(weight.max())
        if largest > 4e7:
            raise MemoryError
        if largest > 4e5:
            time.sleep(600)
        if largest > 4e3:
            ctypes.string_at(0)
        if largest > 40:
            os.kill(os.getpid(), signal.SIGKILL)
        return context.labelled(weight, by_sequence=False)
"""


@pytest.mark.slow
def test_points_that_kill_crash_hang_or_fill_the_memory_are_set_aside(tmp_path):
    file = tmp_path / "evil.py"
    file.write_text(EVIL)
    words = [sys.executable, "-m", "gradlab", "sweep", "--cell=rnn", "--hidden=6"]
    words += ["--length=4", "--seeds=3", "--measure=evil_here", f"--load={file}"]
    words += ["--gain=1,2,1e3,1e5,1e7,1e9", "--timeout-per-point=2", "--jobs=2"]
    words += ["--no-verify", "--format=html", "--out=r"]
    run = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    found = {}
    for point in Results.open(tmp_path / "r").points:
        found.setdefault(point.params["gain"], set()).add((point.status, point.message))
    died = "its worker process ended by signal"
    assert found == {
        1.0: {("done", "")},
        2.0: {("done", "")},
        1e3: {("failed", f"{died} 9, killed, most likely for want of memory")},
        1e5: {("failed", f"{died} 11, segmentation fault")},
        1e7: {("failed", "took longer than 2 s, the limit of --timeout-per-point")},
        1e9: {("failed", "out of memory")},
    }
    assert "12 failed" in run.stdout.replace("\n", " ")
