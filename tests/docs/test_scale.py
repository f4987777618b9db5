"""docs/scale.md: its commands work, its bounds are those of the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradlab.cli import main
from gradlab.config.loading import load
from gradlab.report.top.table import SHOWN, TABLED
from gradlab.store.results import Results
from gradlab.sweeps.plan import plan


PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
WIDE = 'cell = ["rnn", "gru"]\nhidden = 4\nfeatures = 3\nlength = 6\nsequences = 2\n'


def test_the_bounds_it_names_are_those_of_the_report():
    assert f"The page tables up\nto {TABLED:,} networks" in PAGE
    assert f"Above {SHOWN} networks figures draw" in PAGE


def test_shards_and_their_union_are_the_whole_sweep():
    whole = plan(load({"cell": ["rnn", "gru"]}, seeds=10)).points
    shards = [
        plan(load({"cell": ["rnn", "gru"]}, seeds=5, first_seed=first)).points
        for first in (0, 5)
    ]
    assert set(shards[0]).isdisjoint(shards[1])
    assert set(shards[0]) | set(shards[1]) == set(whole)


@pytest.mark.slow
def test_its_commands_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("wide.toml").write_text(WIDE, encoding="utf-8")
    lines = re.findall(r"^ {4}gradlab (.+)$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        words = shlex.split(line)
        words += ["--jobs=1", "--no-verify"] if words[0] == "sweep" else []
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    merged = Results.open("reports/wide")
    assert {point.params["seed"] for point in merged.points} == set(range(10))
    assert {point.status for point in merged.points} == {"done"}
