"""A row's numbers are over its seeds that are not dead, wherever they are shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import gradlab
from gradlab.cli.screen import Screen
from gradlab.cli.sweep_summary import show_rows
from gradlab.report.document import compose
from gradlab.report.evidence.networks import Network
from gradlab.report.sections import _maps
from gradlab.report.story import Story
from tests import made_up
from tests.made_up import Behaviour


ALIVE = Behaviour(-0.01, noise=0.0)


def dying(dead: int):
    """Five seeds of two networks, of one of which so many are dead."""
    points = made_up.product(
        network=[("rnn", None), ("lstm", 1.0)], length=(64,), seed=range(5)
    )

    def behave(params):
        dies = params["cell"] == "rnn" and params["seed"] < dead
        return replace(ALIVE, dead_at=9) if dies else ALIVE

    return made_up.store({"sweep": points}, behave)


def rows(made):
    return {row.cell: row for row in Story.of(made).main.rows}


@pytest.mark.parametrize("dead", [1, 4])
def test_what_is_left_the_rate_the_reach_and_the_curve_agree(dead):
    row, other = (rows(dying(dead))[cell] for cell in ("rnn", "lstm"))
    size = row.size()
    assert (size.dead, size.seeds, size.word) == (dead, 5, "undetermined")
    assert size.ln == pytest.approx(other.size().ln)
    assert row.rate().mean == pytest.approx(other.rate().mean)
    assert row.rate().seeds == row.curve("spectral_norm", block="joint").seeds
    assert row.rate().seeds == 5 - dead
    assert row.horizon() == other.horizon()
    curve = row.drawn("spectral_norm", block="joint")
    assert curve.mean[-1] == pytest.approx(size.ln)


def test_a_row_of_which_all_seeds_are_dead_is_dead():
    row = rows(dying(5))["rnn"]
    assert row.size().word == "dead"
    assert row.size().ln == row.rate().mean == -math.inf
    assert row.horizon() <= 9


def test_table_map_and_terminal_say_how_many_are_dead(capsys):
    made = dying(2)
    story = Story.of(made)
    (cells,) = [
        cells for cells in compose(made).top.table.rows if cells[0].text == "RNN"
    ]
    assert cells[-1].text == "undetermined, 2 of 5 dead"
    size = rows(made)["rnn"].size()
    assert "2 of 5 seeds" in _maps.details([[size]], story)[0, 0]
    show_rows(story, Screen(plain=True))
    assert "an exact zero in 2 of 5 seeds" in capsys.readouterr().out


def test_no_sentence_ranks_a_network_with_a_dead_seed_by_the_others():
    network = Network(rows(dying(1))["rnn"])
    assert not network.finite
    assert math.isnan(network.reach)


def test_relu_with_identity_weights(tmp_path):
    """Of the smaller network most seeds die: kept and left were of other seeds once."""
    config = {
        "cell": "rnn",
        "activation": "relu",
        "init": "identity",
        "hidden": [8, 32],
        "measures": ["spectral_norm", "growth_rate", "horizon"],
        "blocks": "joint",
    }
    made = gradlab.sweep(config, out=tmp_path, jobs=1, verify=False)
    for row in Story.of(made).main.rows:
        ends = row.ends(row.length)
        living = ends[np.isfinite(ends)]
        assert 0 < living.size < ends.size == 5
        assert row.size().dead == ends.size - living.size
        assert row.size().ln == pytest.approx(living.mean())
        assert row.rate().mean == pytest.approx(living.mean() / 256)
        assert row.rate().seeds == living.size
