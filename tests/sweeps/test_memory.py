"""How much memory points take, and sweeps that stay below a bound."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradlab.errors import ConfigError
from gradlab.sweeps import groups, memory, runner
from gradlab.sweeps.crew import Crew
from gradlab.sweeps.engine import Limits
from gradlab.sweeps.loading import load
from gradlab.sweeps.points import plan
from tests.sweeps.inline import InlineCrew


MEASURE = """
import sys
from pathlib import Path
from gradlab.sweeps import groups, worker
from gradlab.sweeps.loading import load
from gradlab.sweeps.points import plan
worker._prepare(())
planned = plan(load(eval(sys.argv[1])))
group = groups.form(planned.points, planned.needs)[0]
assert not any(outcome.message for outcome in worker.measure(group.points, group.needs))
# not ru_maxrss, which is no less than what the process that started this one held
lines = Path("/proc/self/status").read_text().splitlines()
status = dict(line.split(":", 1) for line in lines)
print(int(status["VmHWM"].split()[0]) * 1024)
"""

NETWORKS = {
    "small ones together": {"cell": "rnn", "hidden": 8, "length": 64, "seeds": 39},
    "a dozen LSTMs": {"cell": "lstm", "length": 256, "seeds": 13},
    "a long LSTM": {"cell": "lstm", "hidden": 32, "length": 2048, "seeds": 1},
    "a wide GRU": {"cell": "gru", "hidden": 256, "length": 24, "seeds": 1},
    "many sequences": {
        "cell": "lstm",
        "hidden": 192,
        "length": 24,
        "sequences": 16,
        "seeds": 1,
        "measures": ["spectral_norm"],
    },
    "float64": {"cell": "lstm", "length": 64, "dtype": "float64", "seeds": 1},
    "a very long one": {
        "cell": "rnn",
        "hidden": 16,
        "length": 20_000,
        "seeds": 1,
        "measures": ["spectral_norm"],
    },
    "a hundred thousand steps": {
        "cell": "lstm",
        "hidden": 16,
        "length": 100_000,
        "sequences": 2,
        "seeds": 1,
        "blocks": "joint",
        "measures": ["growth_rate", "horizon"],
    },
    "backward only": {
        "cell": "lstm",
        "length": 1024,
        "sequences": 16,
        "seeds": 1,
        "measures": ["loss_gradient"],
    },
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
@pytest.mark.parametrize("name", NETWORKS)
def test_the_estimate_is_between_the_peak_and_four_times_of_it(name):
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, repr(NETWORKS[name])],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    peak = int(run.stdout)
    planned = plan(load(NETWORKS[name]))
    group = groups.form(planned.points, planned.needs)[0]
    assert peak <= group.memory + memory.WORKER <= 4 * peak


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8GB", 8 * 10**9),
        ("8 gb", 8 * 10**9),
        ("1.5G", 1_500_000_000),
        ("900MB", 900 * 10**6),
        ("2GiB", 2 * 1024**3),
        ("900000000", 900_000_000),
        (900_000_000, 900_000_000),
        (None, None),
    ],
)
def test_sizes_are_read(text, size):
    assert memory.parse(text) == size


@pytest.mark.parametrize("text", ["", "8 apples", "-1GB", "GB", "nan", "8iB", True])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ConfigError, match="Expected bytes, with a unit"):
        memory.parse(text)


def test_less_than_a_worker_takes_is_refused():
    with pytest.raises(ConfigError) as caught:
        memory.parse("100MB")
    assert caught.value.got == "--memory 100MB, which is 100 MB"


def test_this_machine_says_how_much_there_is():
    free = memory.free()
    assert free is None or memory.WORKER < free < 1 << 50


def test_a_control_group_counts_where_it_is_the_tighter_bound(monkeypatch):
    told = {
        "/proc/meminfo": "MemTotal: 64000000 kB\nMemAvailable: 50000000 kB\n",
        "/sys/fs/cgroup/memory.max": "4000000000\n",
        "/sys/fs/cgroup/memory.current": "1500000000\n",
        "/sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 500000000\n",
    }

    def read(path, *_, **__):
        if str(path) not in told:
            raise FileNotFoundError(path)
        return told[str(path)]

    monkeypatch.setattr(Path, "read_text", read)
    assert memory.free() == int(0.8 * 3_000_000_000)
    del told["/sys/fs/cgroup/memory.max"]
    assert memory.free() == int(0.8 * 50_000_000 * 1024)
    told.clear()
    assert memory.free() is None


SMALL = {
    "cell": "rnn",
    "hidden": [8, 2000],
    "features": 5,
    "sequences": 2,
    "seeds": 2,
    "length": 4,
    "measures": ["spectral_norm"],
}


def test_a_point_that_fits_nowhere_is_set_aside_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "Crew", InlineCrew)
    asked = load(SMALL)
    results = runner.run(asked, tmp_path, jobs=1, verify=False, memory="800MB")
    told = {(p.params["hidden"], p.status, p.message) for p in results.points}
    assert {(hidden, status) for hidden, status, _ in told} == {
        (8, "done"),
        (2000, "failed"),
    }
    assert {message for _, _, message in told} == {
        "",
        "needs about 1.1 GB of memory, more than the 800 MB of --memory",
    }


def test_more_memory_and_they_are_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "Crew", InlineCrew)
    monkeypatch.setattr(memory, "free", lambda: 800_000_000)
    small = load({**SMALL, "hidden": [600]})
    monkeypatch.setattr("gradlab.sweeps.groups.memory_of", lambda *_: 500_000_000)
    first = runner.run(small, tmp_path, jobs=1, verify=False)
    assert {p.message for p in first.points} == {
        "needs about 900 MB of memory, more than the 800 MB that are free here"
    }
    again = runner.run(
        small, tmp_path, jobs=1, verify=False, memory="2GB", retry_failed=True
    )
    assert {p.status for p in again.points} == {"done"}


def test_tasks_start_beside_others_only_where_they_fit():
    crew = Crew(2, (), memory=3 * memory.WORKER)
    assert Crew(8, (), memory=3 * memory.WORKER)._jobs == 3
    assert Crew(8, (), memory=10)._jobs == 1

    class Idle:
        ready, task, limits = True, None, Limits()

    first, second = Idle(), Idle()
    crew._workers = [first, second]
    crew.add("large", "measure", limits=Limits(memory=memory.WORKER))
    crew.add("too large", "measure", limits=Limits(memory=9 * memory.WORKER))
    crew.add("small", "measure", limits=Limits(memory=0))
    task, _, first.limits = crew._next()
    first.task = task
    assert task == "large"
    # there is no room for the next one beside it, for the one after there is
    assert crew._next()[0] == "small"
    assert crew._next() is None
    first.task = None
    assert crew._next()[0] == "too large"
    crew._workers = []
