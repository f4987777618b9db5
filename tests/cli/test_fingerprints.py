"""Editing a leaf recomputes what depends on it, and nothing else; no stale number."""

from __future__ import annotations

import csv
import json

import pytest

from gradlab.runs import run as runner
from tests.runs.inline import InlinePool


MEASURE = """
from dataclasses import dataclass

import torch

from gradlab.measures.base import Measure


@dataclass(frozen=True)
class Mine(Measure):
    '''A number.'''

    name = "mine"
    symbol = "m"
    question = "How much?"
    formula = "f"
    factor: float = 2.0

    def compute(self, context):
        return torch.full(context.batch_shape, self.factor)
"""
ACTIVATION = """
import torch

from gradlab.activations.base import Activation


class Bent(Activation):
    '''A bent line.'''

    name = "bent"

    def value(self, x):
        return 0.9 * torch.tanh(x)
"""
SWEEP = "sweep --hidden 8 --length 8,9 --seeds 2 --out r --no-verify".split()


@pytest.fixture
def measured(run, home, monkeypatch):
    """Sweep with a file; return the tables of measures that were computed."""
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr("gradlab.runs.measure.time_group", lambda *_: 0.01)
    monkeypatch.setattr("gradlab.cli.sweep.report", lambda results, *_: ([home], True))

    def sweep(*words):
        InlinePool.made = []
        run(*SWEEP, "--load", "mine.py", *words)
        calls = [args for pool in InlinePool.made for args in pool.calls]
        return [
            (len(points), sorted(requirements.by_measure))
            for name, (points, requirements, *_) in (
                (name, args) for name, args in calls if name == "measure"
            )
        ]

    return sweep


def column(run, measure, column="value"):
    run("export", "r", "--out", "t.csv")
    with open("t.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [float(row[column]) for row in rows if row["measure"] == measure]


def status(run, code):
    return json.loads(run("status", "r", "--json", code=code).stdout)


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("factor: float = 2.0", "factor: float = 3.0", 3.0),
        ("self.factor)", "5 * self.factor)", 10.0),
        ('    name = "mine"\n', '    name = "mine"\n    version = 2\n', 2.0),
    ],
    ids=["setting", "compute", "version"],
)
def test_an_edited_measure_is_computed_again_and_nothing_else(
    run, home, measured, old, new, value
):
    words = ("--measure", "growth_rate,mine")
    (home / "mine.py").write_text(MEASURE)
    assert sum(count for count, _ in measured(*words)) == 4
    assert column(run, "mine") == [2.0] * 4
    rates = column(run, "growth_rate")
    assert measured(*words) == []
    assert status(run, 0)["total"]["done"] == 4

    assert old in MEASURE
    (home / "mine.py").write_text(MEASURE.replace(old, new))
    told = status(run, 1)
    assert told["total"]["missing"] == 4 and told["changed"] == ["measures mine"]
    assert (
        "changed since points were computed: mine" in run("status", "r", code=1).stdout
    )
    noted = run("export", "r", "--out", "t.csv").stderr
    assert "changed since points were computed: mine (measures)" in noted
    ahead = run(*SWEEP, "--load", "mine.py", *words, "--dry-run", "--json").stdout
    assert json.loads(ahead)["left"] == 4

    again = measured(*words)
    assert sum(count for count, _ in again) == 4
    assert {name for _, names in again for name in names} == {"mine"}
    assert column(run, "mine") == [value] * 4
    assert column(run, "growth_rate") == rates
    assert measured(*words) == []
    assert status(run, 0)["changed"] == []


def test_half_recomputed_shows_new_numbers_only(run, home, measured, monkeypatch):
    words = ("--measure", "growth_rate,mine")
    (home / "mine.py").write_text(MEASURE)
    measured(*words)
    rates = column(run, "growth_rate")
    (home / "mine.py").write_text(MEASURE.replace("= 2.0", "= 3.0"))
    monkeypatch.setattr(InlinePool, "stop_after", 1)
    run(*SWEEP, "--load", "mine.py", *words, code=130)
    assert column(run, "mine") == [3.0] * 2
    assert column(run, "growth_rate") == rates
    total = status(run, 1)["total"]
    assert (total["done"], total["missing"]) == (2, 2)


@pytest.mark.parametrize("where", ["--activation=bent", "--cell=lstm:gate=bent"])
def test_an_edited_activation_makes_other_points(run, home, measured, where):
    words = ("--measure", "growth_rate", where)
    (home / "mine.py").write_text(ACTIVATION)
    assert sum(count for count, _ in measured(*words)) == 4
    rates = column(run, "growth_rate")
    assert measured(*words) == []
    (home / "mine.py").write_text(ACTIVATION.replace("0.9", "0.5"))
    told = status(run, 1)
    assert told["total"]["missing"] == 4 and told["changed"] == ["activations bent"]
    assert sum(count for count, _ in measured(*words)) == 4
    assert all(a != b for a, b in zip(column(run, "growth_rate"), rates, strict=True))
    assert status(run, 0)["changed"] == []
    # the file as it was: its points are still there
    (home / "mine.py").write_text(ACTIVATION)
    assert measured(*words) == []
    assert column(run, "growth_rate") == rates


def test_a_file_that_is_gone_changes_nothing(run, home, measured):
    (home / "mine.py").write_text(MEASURE)
    measured("--measure", "mine")
    (home / "mine.py").unlink()
    assert status(run, 0)["changed"] == []
