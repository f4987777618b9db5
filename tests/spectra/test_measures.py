"""The measures of whole spectra and of input connectivity, as a sweep takes them."""

import csv
from itertools import product

import numpy as np
import pytest
import torch

from gradlab import api, catalog, cells, measure
from gradlab.initializers import initialize_
from gradlab.runs import run as runner
from gradlab.spectra import singular_spectra
from gradlab.trajectory import unroll
from tests.flows import noise
from tests.runs.inline import InlinePool
from tests.spectra.cases import run


MEASURES = ("log_singular_values", "input_connectivity")
SPECS = ("rnn", "gru:reset_before", "lstm", "lstm:peephole")
FAST = (
    ("rnn", 37, 1),
    ("gru:reset_before", 37, 1),
    ("lstm", 10, 1),
    ("lstm:peephole", 10, 2),
)
"""Each cell, size and batch at least once."""
LEFT_TO_TRIALS = (("lstm", 37, 2), ("lstm:peephole", 37, 1))
"""Costly, and nearest to (lstm, 37, 1) and (lstm:peephole, 37, 2), which stay."""


def tier(case):
    """The mark of a case by what it costs."""
    if case in FAST:
        return []
    return [pytest.mark.trials if case in LEFT_TO_TRIALS else pytest.mark.slow]


def test_the_readings_are_the_spectrums():
    trajectory = run("lstm", 5, 20, sequences=2)
    readings = measure(trajectory, ["log_singular_values"])
    spectra = singular_spectra(trajectory)
    values = readings["log_singular_values"]
    assert values.coords["index"] == tuple(range(1, 11))
    np.testing.assert_array_equal(values, spectra.ln_singular_values)
    for name in ("entropy_rank", "participation_ratio", "log_condition", "log_abs_det"):
        assert readings[name].coords["lag"] == (1, 4, 16, 20)
        np.testing.assert_array_equal(readings[name], getattr(spectra, name))


def test_a_sweeps_table_has_index_and_lag_together(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    config = {"cell": "lstm", "hidden": 3, "length": 20, "seeds": 1}
    results = api.sweep({**config, "measures": list(MEASURES)}, out=tmp_path, jobs=1)
    with open(results.export(tmp_path / "t.csv")) as file:
        rows = list(csv.DictReader(file))
    values = [row for row in rows if row["measure"] == "log_singular_values"]
    places = {(row["lag"], row["index"]) for row in values}
    assert len(values) == len(places) == 4 * 6
    assert {lag for lag, _ in places} == {"1", "4", "16", "20"}
    assert {index for _, index in places} == {"1", "2", "3", "4", "5", "6"}
    last = [float(row["value"]) for row in values if row["lag"] == "20"]
    assert last == sorted(last, reverse=True)
    (volume,) = (
        float(row["value"])
        for row in rows
        if row["measure"] == "log_abs_det" and row["lag"] == "20"
    )
    assert volume == pytest.approx(sum(last), abs=1e-9)
    assert {row["measure"] for row in rows} == {
        output for name in MEASURES for output in catalog.get("measures", name).outputs
    }


@pytest.mark.parametrize(
    ("spec", "hidden", "batch"),
    [
        pytest.param(*case, marks=tier(case))
        for case in product(SPECS, (10, 37), (1, 2))
    ],
)
def test_bits_do_not_depend_on_other_members(spec, hidden, batch):
    singles = [
        initialize_(cells.build(spec, 3, hidden, seed=seed), gain=1.5, seed=seed)
        for seed in range(11)
    ]
    inputs = noise(11, batch, 12, 3, dtype=torch.float32)
    alone = {k: measure(unroll(singles[k], inputs[k]), MEASURES) for k in (0, 3, 10)}
    for count in (4, 11):
        group = unroll(cells.ensemble(singles[:count]), inputs[:count])
        together = measure(group, MEASURES)
        for k in (0, count - 1):
            for name, array in alone[k].items():
                assert together[name].sel(member=k) == array
