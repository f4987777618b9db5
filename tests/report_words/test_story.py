"""Rows, labels, numbers, commands: what sentences are made of."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gradlab.report.figures.draw.colours import luminance
from gradlab.report.figures.style import STYLES
from gradlab.report.sections import _own as own
from gradlab.report.story import Story, labels
from gradlab.report.top import banner, headline, table
from gradlab.report.words import words
from tests import made_up
from tests.report_words.telling import texts


@pytest.fixture(scope="module")
def story(made):
    return Story.of(made("usual"))


def test_line_up_in_canonical_order(story):
    assert [r.label for r in story.main.rows] == [
        "RNN",
        "GRU default bias",
        "GRU keep bias 1",
        "GRU keep bias 3",
        "GRU chrono",
        "LSTM default bias",
        "LSTM forget bias 1",
        "LSTM forget bias 3",
        "LSTM chrono",
    ]
    assert [r.key for r in story.main.rows][-1] == "lstm_chrono"
    assert story.main_grid == "lineup"


def test_aggregation_over_seeds_is_geometric(story):
    row = story.main.rows[0]
    ends = [
        p.record("spectral_norm").at(block="joint", lag=256) for p in row.points(256)
    ]
    size = row.size(256)
    assert len(ends) == 5
    assert size.ln == pytest.approx(sum(ends) / 5)
    assert size.spread.lowest == min(ends)
    assert size.spread.low < size.ln < size.spread.high
    assert size.word == "vanishing"


def test_rates_agree_with_sizes(story):
    for row in story.main.rows:
        assert row.rate().mean * 256 == pytest.approx(row.size(256).ln)


def test_axes_that_vary_join_the_name(made):
    found = Story.of(made("two_activations"))
    assert [r.label for r in found.main.rows] == ["RNN (relu)", "RNN"]
    assert [r.key for r in found.main.rows] == ["other1", "rnn"]


def test_terminal_rows(story):
    rows = story.terminal_rows()
    assert len(rows) == 7
    assert story.more_rows == 2
    assert rows[0].kept.endswith(" %")
    assert rows[-1].horizon == ">256"
    assert len(rows[0].spark) == 20
    assert rows[0].spark[0] == 0.0
    assert all(a >= b for a, b in zip(rows[0].spark, rows[0].spark[1:], strict=False))


def test_command_measures_the_grids_of_the_rows_again(story):
    assert own.command(story, story.main.rows) == "gradlab sweep --grid lineup"
    weights = story.cut("weights", own=("length",)).rows
    assert own.command(story, [*weights, *story.main.rows]) == (
        "gradlab sweep --grid lineup,weights"
    )


def test_command_of_some_grids_or_of_one_is_that_of_the_sweep():
    some = Story.of(made_up.store(request="gradlab sweep --grid gain,lineup --gain 1"))
    assert own.command(some, some.main.rows) == "gradlab sweep --gain 1 --grid lineup"
    one = {"a": made_up.product(network=made_up.LINEUP, seed=range(2))}
    only = Story.of(made_up.store(one, request="gradlab sweep --cell rnn"))
    assert own.command(only, only.main.rows) == "gradlab sweep --cell rnn"


def test_command_of_a_sweep_that_no_command_made_takes_its_file(story):
    results = made_up.store(request="")
    results.folder = Path("my reports")
    found = Story.of(results)
    assert own.command(found, found.main.rows) == (
        "gradlab sweep 'my reports/sweep.toml' --grid lineup"
    )


def test_command_of_a_network_names_what_differs_from_the_baseline():
    made = Story.of(made_up.store(config={"load": ["my cell.py"]}))
    row = made.cut("weights", own=("length",)).find(init="he", activation="relu")
    command = "gradlab sweep --cell rnn --activation relu --init he --length 256"
    load = "--load 'my cell.py'"
    assert own.network_command(made, row) == f"{command} --seeds 5 {load}"
    for point in row.points():
        point.params["seed"] = 3
    assert own.network_command(made, row) == f"{command} --seeds 3, {load}"


def test_a_command_names_input_biases_that_do_not_follow():
    params = made_up.product(
        cell=["lstm"], forget_bias=[0.0, "chrono"], input_bias=[0.0, "chrono"]
    )
    found = Story.of(made_up.store({"control": params}))
    assert [row.label for row in found.main.rows] == [
        "LSTM forget bias 0, input bias 0",
        "LSTM forget bias 0, input bias chrono",
        "LSTM chrono",
        "LSTM forget bias chrono, input bias 0",
    ]
    assert len({row.key for row in found.main.rows}) == 4
    _, apart, whole, _ = found.main.rows
    assert own.network_command(found, apart) == (
        "gradlab sweep --cell lstm --forget-bias 0 --input-bias chrono --length 256 "
        "--seeds 1"
    )
    assert "--input-bias" not in own.network_command(found, whole)


@pytest.mark.parametrize(
    ("forget", "given", "name", "short"),
    [
        ("keep", "keep", "LSTM default bias", "LSTM default"),
        ("chrono:64", "chrono:64", "LSTM chrono (Tmax 64)", "LSTM chrono (Tmax 64)"),
        ("chrono", "keep", "LSTM forget bias chrono, input bias default", None),
        (5.0, -5.0, "LSTM forget bias 5, input bias -5", "LSTM 5, input bias -5"),
        (
            "keep",
            "chrono:9",
            "LSTM forget bias default, input bias chrono (Tmax 9)",
            None,
        ),
        (None, -3.0, "LSTM input bias -3", None),
    ],
)
def test_labels_of_an_input_bias(forget, given, name, short):
    params = {"cell": "lstm", "forget_bias": forget, "input_bias": given}
    names = words("en", "names")
    assert labels.row_label(params, (), names) == name
    assert short in (None, labels.row_short(params, (), names))


@pytest.mark.parametrize(
    ("spec", "bias", "name"),
    [
        ("rnn", None, "RNN"),
        ("lstm", "keep", "LSTM default bias"),
        ("lstm", 0.0, "LSTM forget bias 0"),
        ("lstm:peephole", 1.0, "LSTM (peephole) forget bias 1"),
        ("gru:z_replaces", 3.0, "GRU (z replaces) keep bias 3"),
        ("gru", "chrono:256", "GRU chrono (Tmax 256)"),
        ("mine", None, "mine"),
    ],
)
def test_labels(spec, bias, name):
    params = {"cell": spec, "forget_bias": bias}
    assert labels.row_label(params, (), words("en", "names")) == name


def looks_of(**axes):
    grid = {"sweep": made_up.product(seed=range(2), **axes)}
    rows = Story.of(made_up.store(grid)).main.rows
    return [STYLES["page"].look(row.key) for row in rows]


@pytest.mark.parametrize(
    "axes",
    [
        {"network": [("lstm", float(bias)) for bias in range(7)]},
        {"network": [("gru", float(bias)) for bias in range(7)]},
        {"network": [("lstm", 2.0)], "gain": (1.0, 2.0, 4.0, 8.0)},
    ],
)
def test_along_an_ordered_axis_rows_grow_darker(axes):
    light = [luminance(look.colour) for look in looks_of(**axes)]
    assert light == sorted(set(light), reverse=True)


def test_along_an_axis_without_order_rows_differ_in_colour_and_marker():
    found = looks_of(network=[("rnn", None)], init=("default", "he", "orthogonal"))
    assert len({look.colour for look in found}) == 3
    assert len({look.marker for look in found}) == 3


def test_no_two_rows_share_an_ordered_tone():
    both = [("lstm", 1.0), ("lstm", 3.0)]
    grid = made_up.product(network=both, gain=(1.0, 2.0), seed=range(2))
    rows = Story.of(made_up.store({"sweep": grid})).main.rows
    assert len({row.key for row in rows}) == 4


def test_seeds_that_disagree_are_undetermined():
    def half_dead(params):
        dead = 20 if params["seed"] < 2 else None
        return made_up.Behaviour(-0.001, 0.0001, dead_at=dead)

    found = Story.of(made_up.store(made_up.lineup(made_up.RNN_ONLY, (64,)), half_dead))
    size = found.main.rows[0].size()
    assert size.word == "undetermined"
    assert size.dead == 2
    assert math.isfinite(size.ln)
    assert "exactly 0" in headline.headline(found)[0]


def test_thresholds_are_those_of_the_sweep():
    grids = made_up.lineup(made_up.LSTM_ONLY)
    strict = [0.5, 0.9, 1.1, 2.0]
    found = Story.of(made_up.store(grids, thresholds=strict))
    assert found.main.rows[-1].size().word == "vanishing"
    assert any("vanishing below 1/2" in n for n in texts(table.after(found)))


def test_banner_says_what_was_true(made):
    assert banner.banner(Story.of(made("usual"))).startswith(
        "Measured on untrained networks fed with noise."
    )
    assert "fed with the text of README.md" in banner.banner(Story.of(made("text")))
