"""How much memory points take, and sweeps that stay below a bound."""

import os
import subprocess
import sys

import pytest

from gradlab.config.loading import load
from gradlab.engines import machine
from gradlab.runs import groups
from gradlab.runs import run as runner
from gradlab.sweeps.plan import plan
from tests.runs.inline import InlinePool


MEASURE = """
import sys
from pathlib import Path
from gradlab.engines import worker
from gradlab.runs import groups, measure
from gradlab.config.loading import load
from gradlab.sweeps.plan import plan
worker._prepare((), "gradlab.runs.measure:prepare_worker")
planned = plan(load(eval(sys.argv[1])))
group = groups.form(planned.points, planned.requirements)[0]
outcomes = measure.measure(group.points, group.requirements)
assert not any(outcome.message for outcome in outcomes)
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
    "a wide LSTM, all it gives": {
        "cell": "lstm",
        "hidden": 256,
        "length": 128,
        "sequences": 2,
        "seeds": 1,
    },
    "a wide LSTM, the joint block": {
        "cell": "lstm",
        "hidden": 512,
        "length": 24,
        "sequences": 2,
        "seeds": 1,
        "blocks": "joint",
        "measures": ["spectral_norm", "growth_rate"],
    },
    "backward only": {
        "cell": "lstm",
        "length": 1024,
        "sequences": 16,
        "seeds": 1,
        "measures": ["loss_gradient"],
    },
    "small ones that learn": {
        "cell": "lstm",
        "task": "lag:100",
        "hidden": 8,
        "seeds": 32,
        "updates": 4,
    },
    "wide ones that learn": {
        "cell": "gru",
        "task": "adding:60",
        "hidden": 64,
        "batch": 50,
        "seeds": 4,
        "updates": 4,
        "measures": ["first_input_gradient"],
    },
}


LEFT_TO_TRIALS = {
    "a hundred thousand steps",
    "a wide LSTM, all it gives",
    "a wide LSTM, the joint block",
}
"""The most costly; a very long one, a wide GRU and many sequences are like them."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=pytest.mark.trials if name in LEFT_TO_TRIALS else pytest.mark.slow,
        )
        for name in NETWORKS
    ],
)
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
    group = groups.form(planned.points, planned.requirements)[0]
    assert peak <= group.memory + machine.WORKER_MEMORY <= 4 * peak


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
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    asked = load(SMALL)
    results = runner.run(asked, tmp_path, jobs=1, verify=False, memory="800MB")
    told = {(p.params["hidden"], p.status, p.message) for p in results.points}
    assert {(hidden, status) for hidden, status, _ in told} == {
        (8, "done"),
        (2000, "failed"),
    }
    assert {message for _, _, message in told} == {
        "",
        "needs about 1.7 GB of memory, more than the 800 MB of --memory",
    }


def test_more_memory_and_they_are_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr(machine, "free", lambda: 800_000_000)
    small = load({**SMALL, "hidden": [600]})
    monkeypatch.setattr("gradlab.runs.groups.memory_of", lambda *_: 500_000_000)
    first = runner.run(small, tmp_path, jobs=1, verify=False)
    assert {p.message for p in first.points} == {
        "needs about 900 MB of memory, more than the 800 MB that are free here"
    }
    again = runner.run(
        small, tmp_path, jobs=1, verify=False, memory="2GB", retry_failed=True
    )
    assert {p.status for p in again.points} == {"done"}
