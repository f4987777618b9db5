"""With real worker processes; the rest of the engine is tested without."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from gradlab.config.loading import load
from gradlab.runs import run as runner
from gradlab.store import Results
from tests.runs.inline import InlinePool


SMALL = {
    "name": "small",
    "hidden": 10,
    "features": 5,
    "sequences": 3,
    "seeds": 2,
    "length": 12,
    "activation": "sigmoid",
    "cell": ["rnn", "gru", "lstm"],
    "measures": ["spectral_norm", "loss_gradient"],
}

SCRIPT = """
import json, sys, gradlab
def progress(event):
    print(type(event).__name__, flush=True)
results = gradlab.sweep(json.loads(sys.argv[1]), out=sys.argv[2], jobs=2,
                        load=sys.argv[3:], progress=progress)
print("torch" in sys.modules, results.meta["counts"]["done"])
"""


@contextmanager
def start(config, folder, *files):
    """Start a script without a main guard that runs a sweep."""
    script = folder.parent / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, script, json.dumps(config), folder, *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


def numbers(results):
    return {
        (point.key, name): point.record(name)
        for point in results.points
        for name in results.measures
    }


def test_workers_give_the_same_bits_and_the_parent_imports_no_torch(
    tmp_path, monkeypatch
):
    with start(SMALL, tmp_path / "two") as process:
        out, err = process.communicate(timeout=200)
    assert out.splitlines()[-1] == "False 6", err
    assert "Verified" in out.splitlines()
    assert err == ""
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    here = runner.run(load(SMALL), tmp_path / "here", jobs=1)
    assert numbers(Results.open(tmp_path / "two")) == numbers(here)


DEADLY = """
import os, signal
from gradlab.measures.base import Measure
class DeadlyHere(Measure):
    "Kills its process where a weight is large."
    def compute(self, context):
        weight = context.cell.weight_hh.detach().abs().amax((-1, -2))
        if (weight > 9).any():
            os.kill(os.getpid(), signal.SIGKILL)
        return context.labelled(weight, by_sequence=False)
"""


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_what_kills_it_set_aside(tmp_path):
    file = tmp_path / "deadly.py"
    file.write_text(DEADLY)
    config = {**SMALL, "cell": "rnn", "gain": [1, 100, 2], "measures": ["deadly_here"]}
    with start(config, tmp_path / "r", file) as process:
        out, err = process.communicate(timeout=250)
    assert "WorkerLost" in out, err
    results = Results.open(tmp_path / "r")
    by_gain = {(p.params["gain"], p.params["seed"]): p.status for p in results.points}
    assert by_gain == {
        (1.0, 0): "done",
        (1.0, 1): "done",
        (2.0, 0): "done",
        (2.0, 1): "done",
        (100.0, 0): "failed",
        (100.0, 1): "failed",
    }
    assert {p.message for p in results.points if p.status == "failed"} == {
        "its worker process ended by signal 9, killed, most likely for want of memory"
    }


SLOW = """
import time
from gradlab.measures.base import Measure
class SlowHere(Measure):
    "Takes its time."
    def compute(self, context):
        time.sleep(60 if context.length > 64 else 0.1)  # the timed sample: 64
        return context.trajectory.states[0][-1].sum(-1)
"""


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc")
def test_a_killed_parent_leaves_no_orphan_and_loses_nothing(tmp_path):
    file = tmp_path / "slow.py"
    file.write_text(SLOW)
    config = {**SMALL, "cell": "rnn", "length": [12, 14, 80], "measures": ["slow_here"]}
    with start(config, tmp_path / "r", file) as process:
        wait_for_points(process)
        children = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
    assert children
    wait_for(lambda: not any(alive(child) for child in children), 5)
    counts = Results.open(tmp_path / "r").meta["counts"]
    assert counts["done"] >= 2 and counts["missing"] >= 2


def test_ctrl_c_keeps_what_is_done_and_ends_the_workers(tmp_path):
    file = tmp_path / "slow.py"
    file.write_text(SLOW)
    config = {**SMALL, "cell": "rnn", "length": [12, 14, 80], "measures": ["slow_here"]}
    with start(config, tmp_path / "r", file) as process:
        wait_for_points(process)
        children = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert out.splitlines()[-1] == "Stopped"
    assert err.rstrip().endswith("KeyboardInterrupt")
    wait_for(lambda: not any(alive(child) for child in children), 5)
    assert Results.open(tmp_path / "r").meta["counts"]["done"] >= 2


def wait_for_points(process):
    """Read what the script prints until points are done."""
    for line in process.stdout:
        if line.startswith("PointsDone"):
            return
    raise AssertionError(process.stderr.read())


def children_of(pid):
    entries = [entry for entry in os.listdir("/proc") if entry.isdigit()]
    return [int(e) for e in entries if (found := status(e)) and int(found[1]) == pid]


def alive(pid):
    found = status(pid)
    return found is not None and found[0] != "Z"


def status(pid):
    """Return state, parent, ... of a process, or None."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
