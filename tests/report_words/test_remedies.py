"""What is tabled as worth a try: measured, nearer to 1, and nothing else changed."""

from __future__ import annotations

import math

import pytest

from gradlab.report import inline
from gradlab.report.blocks import Points, Table
from gradlab.report.evidence.changes import best, changes
from gradlab.report.evidence.networks import Networks
from gradlab.report.story import Story
from tests import made_up
from tests.claims.stores import by_chance
from tests.report_words.telling import one_chapter


ONE = ({"forget_bias", "input_bias"}, {"init"}, {"gain"}, {"activation"})


def remedies(made):
    return one_chapter(made, "remedies")


def table_rows(made):
    tables = [b for b in remedies(made).blocks if isinstance(b, Table)]
    return [[inline.plain(c.text) for c in row] for t in tables for row in t.row_list()]


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(12, 32), id="some"),
        pytest.param(range(60), id="sixty", marks=pytest.mark.slow),
    ],
)
def test_a_change_that_helps_leaves_a_gradient_nearer_to_1(seeds):
    for seed in seeds:
        networks = Networks.of(Story.of(by_chance(seed)))
        for group in changes(networks):
            assert len({c.before.label for c in group}) == 1
            for change in best(group):
                axes = change.before.differs_in(change.after)
                assert any(axes <= one for one in (*ONE, {"init", "activation"}))
                assert change.after.ln_left <= math.log(10)
                assert change.after.row.params["activation"] != "linear"
                if change.before.finite:
                    assert abs(change.after.ln_left) < abs(change.before.ln_left)


def test_the_default_sweep_names_what_holds():
    rows = table_rows(made_up.store())
    assert len(rows) <= 9
    (chrono,) = [r for r in rows if r[0] == "LSTM" and "→ chrono" in r[2]]
    assert chrono[1] == "vanishing"
    assert chrono[2:6] == [
        "default bias → chrono",
        "15 → >256",
        "10^-55 → 0.17",
        "1 → 15",
    ]
    assert chrono[6] == (
        "gradlab sweep --cell lstm --forget-bias chrono --length 256 --seeds 5"
    )


def test_where_nothing_helps_what_was_not_varied_is_named():
    made = made_up.store(made_up.lineup(made_up.RNN_ONLY))
    assert not table_rows(made)
    (points,) = [b for b in remedies(made).blocks if isinstance(b, Points)]
    assert points.items[0] == (
        "Not varied in this sweep: `--cell rnn,lstm,gru`, `--gain 0.25:8:x2`, "
        "`--init default,orthogonal,identity`."
    )
    everything = [b for b in remedies(made_up.store()).blocks if isinstance(b, Points)]
    assert not any("Not varied" in item for item in everything[0].items)


def test_without_a_default_the_network_farthest_from_1_is_changed():
    biases = tuple(("lstm", float(bias)) for bias in (1, 3, 5))
    rows = table_rows(made_up.store(made_up.lineup(biases)))
    assert {row[0] for row in rows} == {"LSTM"}
    assert rows[0][2] == "forget bias 5 → forget bias 3"
