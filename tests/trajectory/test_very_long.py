"""A hundred thousand steps of 64 units in bounded memory and linear time."""

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


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("spec", "blocks"), [("rnn", "joint"), ("gru", "all"), ("lstm", "all")]
)
def test_a_hundred_thousand_steps(spec, blocks):
    long = measured(spec, "100000", blocks)
    short = measured(spec, "25000", blocks)
    assert long["lags"] == 100_001
    assert long["ln_norm"] < short["ln_norm"] < -1000
    assert long["megabytes"] < 1000
    assert long["megabytes"] - short["megabytes"] < 150  # 20 of them inputs, twice
    assert 2 < long["seconds"] / short["seconds"] < 8
