"""docs/scale.md: its bounds are those of the code, its shards make a whole."""

from __future__ import annotations

from pathlib import Path

from gradlab.config.loading import load
from gradlab.report.top.table import SHOWN, TABLED
from gradlab.sweeps.plan import plan


PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")


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
