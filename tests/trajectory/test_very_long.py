"""Very many steps of 64 units in bounded memory and linear time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]


def measured(*settings):
    command = [sys.executable, "-m", "tests.trajectory.measure_long", *settings]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("spec", "blocks", "steps"),
    [
        pytest.param("lstm", "all", 20_000, marks=pytest.mark.slow),
        pytest.param("rnn", "joint", 100_000, marks=pytest.mark.trials),
        pytest.param("gru", "all", 100_000, marks=pytest.mark.trials),
        pytest.param("lstm", "all", 100_000, marks=pytest.mark.trials),
    ],
)
def test_four_times_the_steps_take_little_more_memory(spec, blocks, steps):
    long, short = (measured(spec, str(n), blocks) for n in (steps, steps // 4))
    assert long["lags"] == steps + 1
    assert long["ln_norm"] < short["ln_norm"] < -1000
    assert long["megabytes"] < 1000
    # 1.5 kB a step, of them 0.2 inputs, twice
    assert long["megabytes"] - short["megabytes"] < 0.0015 * steps
    assert 2 < long["seconds"] / short["seconds"] < 8
