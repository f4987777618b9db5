"""A training that is killed again and again gives the numbers of one that is not."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from gradlab.runs import checkpoints
from gradlab.store.results import Results
from gradlab.store.table import table


PROGRAM = """
import sys
from gradlab.runs import checkpoints
from gradlab.config.loading import load
from gradlab.runs.run import run

checkpoints.SECONDS = 0.3
if __name__ == "__main__":
    sweep = load({
        "name": "learn", "task": ["lag:12", "lag:15"], "hidden": 5, "seeds": 4,
        "cell": ["rnn", "gru", "lstm"], "updates": 400, "sequences": 2,
        "measures": ["spectral_norm"], "blocks": "joint",
    })
    run(sweep, sys.argv[1], jobs=2, verify=False)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    file = tmp_path_factory.mktemp("program") / "learn.py"
    file.write_text(PROGRAM)
    return file


def start(program, folder):
    return subprocess.Popen(
        [sys.executable, program, folder],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def finish(process):
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()


def rows(folder):
    frame = table(Results.open(folder))
    axes = [name for name in frame if name not in ("value", "sd")]
    frame[axes] = frame[axes].astype(str)
    return frame.sort_values(axes, ignore_index=True)


@pytest.mark.slow
def test_ten_kills_change_no_bit_lose_no_point_and_double_none(program, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    began = time.monotonic()
    undisturbed = start(program, whole)
    finish(undisturbed)
    takes = time.monotonic() - began
    rng = random.Random(18)
    went_on = 0
    for _ in range(10):
        process = start(program, killed)
        time.sleep(rng.uniform(0.3, 1.0) * takes / 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        kept = killed / checkpoints.FOLDER
        went_on += kept.is_dir() and any(kept.iterdir())
    last = start(program, killed)
    finish(last)
    assert went_on, "no training was killed within"
    counts = Results.open(killed).meta["counts"]
    assert counts["done"] == counts["requested"] == 24
    assert rows(killed).equals(rows(whole))
    assert not (killed / checkpoints.FOLDER).exists()
