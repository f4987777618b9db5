"""A Dask cluster gives the numbers of one machine, whatever dies in it.

A real scheduler and real worker processes, killed for real; the sweep is a real
command in a process of its own.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from gradlab import catalog
from gradlab.catalog import registry
from gradlab.config.loading import load
from gradlab.engines import remote, scheduler
from gradlab.errors import ConfigError, GradlabError
from gradlab.inputs import contents
from gradlab.runs import calls
from gradlab.runs import run as runner
from gradlab.store import Results, codec
from tests.runs.inline import InlinePool


SLEEPY = """
import os, time
from pathlib import Path
from gradlab.measures.base import Measure
class SleepyThere(Measure):
    "Takes a while for each network, and notes who did it."
    def compute(self, context):
        state = context.trajectory.states[0][-1].sum(-1)
        if "NOTES" in os.environ:
            with open(Path(os.environ["NOTES"]) / str(os.getpid()), "a") as notes:
                notes.write("x")
        time.sleep(float(os.environ.get("SLEEP", "0")) * state.shape[0])
        return state
"""

MANY = {
    "name": "many",
    "hidden": 6,
    "sequences": 2,
    "seeds": 3,
    "length": "4:23:1",
    "gain": [1, 2],
    "cell": ["rnn", "lstm"],
    "input": ["gaussian", "text:words.txt"],
    "measures": ["spectral_norm", "sleepy_there"],
}

TOML = """
name = "many"
hidden = 6
sequences = 2
seeds = 3
length = "{length}"
gain = [1, 2]
cell = ["rnn", "lstm"]
input = ["gaussian", "text:words.txt"]
measures = ["spectral_norm", "sleepy_there"]
"""


def lay_out(folder, length=MANY["length"]):
    """Write the files of the sweep, of other lengths if told."""
    (folder / "sleepy.py").write_text(SLEEPY)
    (folder / "words.txt").write_text("it was the best of times " * 20)
    (folder / "many.toml").write_text(TOML.format(length=length))


class Site:
    """A scheduler, its workers, and sweeps that use them."""

    def __init__(self, folder):
        self.folder = folder
        self.notes = folder / "notes"
        self.elsewhere = folder / "elsewhere"  # where workers run: no file is there
        for one in (self.notes, self.elsewhere):
            one.mkdir()
        self.file = folder / "scheduler.json"
        self.running = []

    def spawn(self, module, *words, cwd=None, **env):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            cwd=cwd or self.elsewhere,
            env={**os.environ, "OMP_NUM_THREADS": "1", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def scheduler(self):
        self.file.unlink(missing_ok=True)
        words = ("--host=127.0.0.1", "--port=0", "--no-dashboard", "--no-show")
        process = self.spawn(
            "distributed.cli.dask_scheduler", *words, f"--scheduler-file={self.file}"
        )
        end = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.1)
        return process

    def worker(self, *, nanny=False, threads=1, sleep=0.05):
        words = [f"--scheduler-file={self.file}", f"--nthreads={threads}"]
        words += ["--no-dashboard", "--memory-limit=0", "--death-timeout=60"]
        words += ["--nanny" if nanny else "--no-nanny"]
        return self.spawn(
            "distributed.cli.dask_worker",
            *words,
            NOTES=str(self.notes),
            SLEEP=str(sleep),
            DASK_DISTRIBUTED__WORKER__DAEMON="False",
        )

    def sweep(self, *words, length=MANY["length"]):
        lay_out(self.folder, length)
        command = ("sweep", "many.toml", "--load=sleepy.py", "--out=r", "--no-verify")
        more = ("--log=r.jsonl", "--format=html", f"--scheduler={self.file}")
        return self.spawn("gradlab", *command, *more, *words, cwd=self.folder)

    def worked(self, process):
        """Say how many groups a worker has begun."""
        notes = self.notes / str(process.pid)
        return len(notes.read_text()) if notes.exists() else 0

    def wait_for(self, what, process):
        end = time.monotonic() + 120
        while not what():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)

    def points(self):
        if not (self.folder / "r.jsonl").exists():
            return []
        lines = (self.folder / "r.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [event for event in events if event["event"] == "point"]

    def done(self):
        return [event["key"] for event in self.points()]

    def end(self):
        for process in self.running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate()


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.end()


def bits(results):
    return {
        (point.key, name): codec.encode(point.key, point.record(name))
        for point in results.points
        for name in ("spectral_norm", "sleepy_there")
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The numbers of the same sweep on one machine."""
    folder = tmp_path_factory.mktemp("alone")
    lay_out(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(registry, "EXTERNAL", {})
        patch.setattr(runner, "ProcessPool", InlinePool)
        many = load(MANY, load=[folder / "sleepy.py"])
        return bits(runner.run(many, folder / "alone", jobs=1, verify=False))


@pytest.mark.slow
def test_one_worker_killed_and_one_late_change_no_bit(site, alone):
    site.scheduler()
    first, doomed, third = site.worker(), site.worker(), site.worker(threads=2)
    sweep = site.sweep()
    site.wait_for(lambda: site.worked(doomed) >= 2, sweep)
    doomed.send_signal(signal.SIGKILL)
    late = site.worker(sleep=0)
    site.wait_for(lambda: site.worked(late) >= 2, sweep)
    out, err = sweep.communicate(timeout=200)
    assert sweep.returncode == 0, err
    assert "480 of 480 points, 0 failed" in out
    assert all(map(site.worked, (first, doomed, third, late)))
    keys = site.done()
    assert len(keys) == len(set(keys)) == 480
    assert bits(Results.open(site.folder / "r")) == alone


@pytest.mark.slow
def test_a_scheduler_that_is_killed_costs_nothing_that_was_done(site, alone):
    scheduler = site.scheduler()
    site.worker(), site.worker()
    sweep = site.sweep(length="4:13:1")
    site.wait_for(lambda: len(site.done()) >= 40, sweep)
    scheduler.send_signal(signal.SIGKILL)
    out, err = sweep.communicate(timeout=100)
    assert sweep.returncode == 1
    assert "a Dask scheduler that is gone" in " ".join(err.split())
    assert "Traceback" not in out + err
    kept = Results.open(site.folder / "r").meta["counts"]["done"]
    assert 40 <= kept < 240
    site.scheduler()
    site.worker(sleep=0)
    again = site.sweep(length="4:13:1")
    out, err = again.communicate(timeout=200)
    assert again.returncode == 0, err
    assert f"{kept} there, {240 - kept} to go" in " ".join(err.split())
    keys = site.done()
    assert len(keys) == len(set(keys)) == 240
    found = bits(Results.open(site.folder / "r"))
    assert len(found) == 480
    assert found.items() <= alone.items()


@pytest.mark.slow
def test_a_sweep_waits_for_its_first_worker_and_can_be_stopped(site):
    site.scheduler()
    sweep = site.sweep()
    for line in sweep.stderr:
        if "has no workers yet" in line:
            break
    site.worker(sleep=0.2)
    site.wait_for(lambda: len(site.done()) >= 3, sweep)
    sweep.send_signal(signal.SIGINT)
    out, err = sweep.communicate(timeout=60)
    assert sweep.returncode == 130, err
    assert "points kept in r" in " ".join(err.split())
    assert "Traceback" not in out + err
    assert Results.open(site.folder / "r").meta["counts"]["done"] >= 3


EVIL = """
import os, signal, time
from gradlab.measures.base import Measure
class EvilThere(Measure):
    "Does to its process what the size of the weights says."
    def compute(self, context):
        weight = context.cell.weight_hh.detach().abs().amax((-1, -2))
        if float(weight.max()) > 4e5:
            time.sleep(600)
        if float(weight.max()) > 40:
            os.kill(os.getpid(), signal.SIGKILL)
        return context.labelled(weight, by_sequence=False)
"""


@pytest.mark.slow
def test_points_that_kill_or_hang_their_worker_are_set_aside(site):
    (site.folder / "evil.py").write_text(EVIL)
    site.scheduler()
    site.worker(nanny=True), site.worker(nanny=True)
    words = ["sweep", "--cell=rnn", "--hidden=6", "--length=4", "--seeds=1"]
    words += ["--measure=evil_there", "--load=evil.py", "--no-verify"]
    words += ["--format=html", f"--scheduler={site.file}"]

    def sweep(*more):
        process = site.spawn("gradlab", *words, *more, cwd=site.folder)
        out, err = process.communicate(timeout=250)
        assert "Traceback" not in out + err
        return process.returncode, err

    # a limit that healthy points keep, however slow the machine is at the moment
    code, err = sweep("--gain=4", "--out=healthy", "--log=r.jsonl")
    assert code == 0, err
    limit = max(3, round(10 * sum(event["seconds"] for event in site.points())))
    code, err = sweep("--gain=1,2,3,1e3,1e7", f"--timeout-per-point={limit}", "--out=r")
    assert code == 1, err
    points = Results.open(site.folder / "r").points
    late = f"took longer than {limit} s, the limit of --timeout-per-point"
    assert {p.params["gain"]: (p.status, p.message) for p in points} == {
        1.0: ("done", ""),
        2.0: ("done", ""),
        3.0: ("done", ""),
        1e3: ("failed", "its worker died each of the 4 times it was tried"),
        1e7: ("failed", late),
    }, err


ONE = {"cell": "rnn", "hidden": 4, "length": 4, "seeds": 1, "features": 3}


def test_nothing_listening_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler, "CONNECT_TIMEOUT", 1.0)
    with pytest.raises(GradlabError) as caught:
        runner.run(load(ONE), tmp_path / "r", scheduler="tcp://127.0.0.1:9")
    assert caught.value.got == "tcp://127.0.0.1:9, where no Dask scheduler answers"


def test_a_sweep_that_is_done_needs_no_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    runner.run(load(ONE), tmp_path / "r", jobs=1, verify=False)
    runner.run(load(ONE), tmp_path / "r", scheduler="tcp://127.0.0.1:9")


@pytest.mark.parametrize("named", ["nowhere.json", "some words", "", "x://y:1"])
def test_what_names_no_scheduler_is_refused(tmp_path, named):
    with pytest.raises(ConfigError, match="neither an address nor a scheduler's file"):
        runner.run(load(ONE), tmp_path / "r", scheduler=named)


def test_a_file_that_no_scheduler_wrote_is_refused(tmp_path):
    for content in (b"{}", b"\xff\xfe", b"[1]", b"no json"):
        (tmp_path / "s.json").write_bytes(content)
        with pytest.raises(ConfigError, match="neither an address"):
            runner.run(load(ONE), tmp_path / "r", scheduler=tmp_path / "s.json")


@pytest.mark.parametrize("local", [{"jobs": 2}, {"memory": "2GB"}])
def test_what_is_about_this_machine_is_refused_beside_it(tmp_path, local):
    with pytest.raises(ConfigError, match="with --scheduler"):
        runner.run(load(ONE), tmp_path / "r", scheduler="tcp://x:1", **local)


def test_without_dask_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError) as caught:
        runner.run(load(ONE), tmp_path / "r", scheduler="tcp://x:1")
    assert caught.value.try_ == "pip install 'gradlab[dask]'"


LEAF = """
from gradlab.activations.base import Activation
class Twisted(Activation):
    "A line."
    def value(self, x): return {} * x
"""


@pytest.fixture
def clean(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})
    monkeypatch.setattr(remote, "_unpacked", remote._Unpacked())


def payload(tmp_path, number):
    file = tmp_path / f"{number}" / "twisted.py"
    file.parent.mkdir()
    file.write_text(LEAF.format(number))
    return remote.WorkerPayload.pack(
        [str(file)], {"words.txt": b"%d" % number}, calls.PREPARE_WORKER
    )


def look():
    leaf = catalog.get("activations", "twisted")
    return leaf().value(1.0), contents("text", "words.txt")[1]


def test_a_process_serves_sweeps_whose_leaves_have_one_name(tmp_path, clean):
    two, three = payload(tmp_path, 2), payload(tmp_path, 3)
    for config, value in ((two, 2.0), (three, 3.0), (two, 2.0)):
        answer = remote.perform(config, f"{__name__}:look", (), None)
        assert answer == ("value", (value, b"%d" % value))


def test_payload_in_use_is_not_replaced(tmp_path, clean):
    unpacked = remote._Unpacked()
    two, three = payload(tmp_path, 2), payload(tmp_path, 3)
    order = []

    def use_three():
        with unpacked.use(three):
            order.append("three")

    other = threading.Thread(target=use_three)
    with unpacked.use(two), unpacked.use(two):
        other.start()
        other.join(0.2)
        order.append("two")
    other.join(10)
    assert order == ["two", "three"]


def test_other_code_on_a_worker_is_refused(tmp_path, clean):
    packed = remote.WorkerPayload.pack([], {}, calls.PREPARE_WORKER)
    older = remote.WorkerPayload(
        packed.name,
        {**packed.versions, "torch": "2.4.0"},
        packed.leaves,
        {},
        calls.PREPARE_WORKER,
    )
    word, error = remote.perform(older, calls.METADATA, (["verdict"],), None)
    assert word == "setup_failed"
    assert "Expected torch 2.4.0, as where the sweep was started" in str(error)


def test_a_file_that_cannot_be_loaded_there_ends_the_sweep(tmp_path, clean):
    (tmp_path / "broken.py").write_text("1 / 0")
    packed = remote.WorkerPayload.pack(
        [str(tmp_path / "broken.py")], {}, calls.PREPARE_WORKER
    )
    word, error = remote.perform(packed, calls.METADATA, (["verdict"],), None)
    assert word == "setup_failed" and "ZeroDivisionError" in str(error)


def test_a_call_that_takes_too_long_is_late(clean):
    packed = remote.WorkerPayload.pack([], {}, calls.PREPARE_WORKER)
    assert remote.perform(packed, "time:sleep", (5,), 0.05) == ("late", None)
    assert remote.perform(packed, "time:sleep", (0,), 5)[0] == "value"


def test_the_code_of_every_room_but_those_that_show_counts():
    rooms = {path.name for path in remote.PACKAGE.iterdir()}
    assert set(remote.NUMBERLESS) <= rooms
    assert len(remote.versions()["gradlab code"]) == 8
