"""The rows that come with gradlab: files that load, and numbers that are read."""

import pytest
import torch

import gradlab
from gradlab import catalog
from gradlab.api import check_file
from gradlab.report.references import WORKS
from gradlab.reproductions import folder
from gradlab.reproductions.row import load_row
from gradlab.sweeps.plan import plan


NAMES = folder.names()
TIMED = "module_time"
"""The leaf that measures times, which are never the same twice."""
LEAVES = sorted(f for f in folder.known().glob("*.py") if f.stem != TIMED)


def test_each_sweep_has_an_expectation():
    sweeps = {file.stem for file in folder.known().glob("*.toml")}
    assert {name for name in sweeps if not name.endswith(".expected")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_loads_and_its_sweep_plans(name):
    row = load_row(name)
    with catalog.unloading():
        for file in row.sweep.load:
            catalog.load_file(file)
        assert plan(row.sweep).points
    assert row.sweep.question
    assert row.expectation.source or row.expectation.seen == "derived"
    assert set(row.expectation.source) <= set(WORKS)


@pytest.mark.slow
@pytest.mark.parametrize("file", LEAVES, ids=lambda file: file.stem)
def test_a_leaf_of_a_row_conforms(file):
    with catalog.unloading():
        failed = [str(one) for one in check_file(file) if not one.passed]
    assert not failed, "\n".join(failed)


def test_modules_are_timed_beside_the_rnn_and_leave_no_trace():
    trajectory = gradlab.unroll(gradlab.build("lstm", 2, 3), torch.zeros(2, 5, 2))
    before = torch.random.get_rng_state()
    with catalog.unloading():
        catalog.load_file(folder.known() / f"{TIMED}.py")
        found = gradlab.measure(trajectory, [TIMED])[TIMED]
    assert found.coords["index"] == ("gru", "lstm", "lstm_plain")
    assert (found.values > 0).all()
    assert torch.equal(before, torch.random.get_rng_state())
