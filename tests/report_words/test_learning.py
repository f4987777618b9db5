"""Networks that were trained stand beside untrained ones, and neither hides the other.

The numbers of sentences are held by the twins of claims; here is what stands where.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradlab.report import inline
from gradlab.report.blocks import Table
from gradlab.report.document import compose
from gradlab.report.evidence import learning
from gradlab.report.figures.counts import Counts
from gradlab.report.story import Story
from tests import made_up, made_up_training
from tests.made_up_training import Course


@pytest.fixture(scope="module")
def alone(document):
    return document("trained")


@pytest.fixture(scope="module")
def beside(document):
    return document("trained_beside")


def section(found):
    (chapter,) = [c for c in found.chapters if c.name == "learning"]
    return chapter


def figures(found):
    return {f.name: f for c, f in found.figures() if c.name == "learning"}


def test_training_changes_no_word_about_untrained_networks(made, beside):
    both = made("trained_beside")
    points = [p for p in both.points if not p.params.get("task")]
    grids = {"sweep": both.grids["sweep"]}
    before = compose(made_up.Made(points, grids, both.meta))
    others = [c for c in beside.chapters if c.name not in ("learning", "provenance")]
    for chapter in others:
        (same,) = [c for c in before.chapters if c.name == chapter.name]
        words = replace(same, blocks=tuple(same.blocks[:1]))
        assert replace(chapter, blocks=tuple(chapter.blocks[:1])) == words
    assert beside.top.table == before.top.table
    assert beside.top.headline == before.top.headline


def test_the_second_line_says_what_is_trained(alone, beside, document):
    says = inline.plain(beside.top.banner)
    assert says == (
        'Measured on untrained networks fed with noise. Only "Does it learn?" is of '
        "trained networks (lag:20 and lag:50)."
    )
    assert "(192 of them trained)" in beside.top.provenance
    assert "while they are trained on lag:20, lag:50 and lag:100" in inline.plain(
        alone.top.banner
    )
    assert "undetermined" not in alone.top.provenance
    assert "trained" not in document("usual").top.provenance


def test_a_report_of_training_alone_has_a_whole_top_and_no_gaps(alone):
    top = alone.top
    assert "succeeded" in top.headline[0]
    assert len(top.sentences) == 3
    assert isinstance(top.picture.data, Counts)
    assert isinstance(top.table, Table)
    assert [c.name for c in alone.chapters] == ["what_is", "learning", "provenance"]
    assert not any(c.missing for c in alone.chapters)


def test_counts_and_dots_of_the_same_networks_share_their_rows(alone):
    counts, dots = (p.data for p in figures(alone)["learning"].data.panels)
    assert counts.rows == dots.rows
    assert list(counts.columns) == ["20", "50", "100"]
    assert counts.grid()[1][0][1:] == [
        "8 of 8 runs succeeded",
        "0 of 8 runs succeeded",
        "0 of 8 runs succeeded",
    ]
    assert "2 of them fell back" in counts.grid()[1][4][2]


def test_every_run_is_a_dot_and_the_sides_count_them(alone, made):
    panel = figures(alone)["learning"].data.panels[1]
    points = made("trained").points
    assert len(panel.data.dots) == len(points)
    counted = [side.split(" of ") for side in panel.data.sides]
    assert sum(int(total) for _, total in counted) == len(points)


def test_the_line_stands_still_where_epsilon_moves(beside):
    counts, one, other = figures(beside)["learning"].data.panels
    assert one.title == "epsilon 10^{-8}"
    assert one.data.bound == other.data.bound
    below = [int(panel.data.sides[0].split()[0]) for panel in (one, other)]
    assert below[0] < below[1]
    assert counts.data.heads()[0] == "epsilon 10^{-8}; 20"


def test_counts_of_many_settings_have_a_figure_of_their_own():
    points = made_up_training.points(seeds=2, learning_rate=(0.003, 0.01, 0.03))
    found = figures(compose(made_up.store({"learn": points})))
    assert len(found["learning"].data.panels[0].data.columns) == 9
    (dots,) = found["learning-gradient"].data.panels
    assert len(dots.data.dots) == len(points)


def test_curves_end_at_chance_as_the_task_has_it(alone):
    figure = figures(alone)["learning-training"]
    assert "0.69 = ln 2" in figure.caption
    (chance,) = [s for s in figure.data.panels[0].data.series if s.key == "chance"]
    assert chance.y[0] == pytest.approx(0.6931, abs=1e-4)


def test_a_file_that_is_gone_takes_chance_with_it_alone():
    assert learning.chance("characters:/no/such/file") != learning.chance("lag:20")


def test_flow_shows_worst_and_best(alone):
    figure = figures(alone)["learning-training"].data
    panels = figure.panels[figure.lines[0] :]
    assert panels[0].title.startswith("RNN: 0 of 8")
    assert panels[-1].title.startswith("LSTM chrono: 8 of 8")
    assert panels[0].data.rows[0] == "before"
    assert panels[0].data.rows[-1] == "64"


def fates(**of):
    """Groups of one network with runs of these gradients and fates."""

    def course(params):
        ln, succeeded = of["runs"][params["seed"]]
        return Course(ln, 3.0 if succeeded else float("inf"), succeeded)

    points = made_up_training.points(
        made_up_training.ROWS[:1], ("lag:20",), len(of["runs"]), updates=(4,)
    )
    made = made_up.store({"learn": points})
    for point in made.points:
        point.records = made_up_training.records(point.params, course)
    return learning.groups(Story.of(made))


def test_the_bound_is_the_middle_of_equally_good_ones():
    ten = learning.LN10
    found = learning.runs(fates(runs=[(-12.5 * ten, False), (-3.5 * ten, True)]))
    assert learning.best_bound(found) == -8
    assert learning.best_bound(found[:1]) is None


def test_an_exact_zero_is_below_every_bound():
    found = learning.runs(fates(runs=[(-float("inf"), False), (-2.5, True)]))
    bound = learning.best_bound(found)
    assert [r.ln_gradient for r in learning.below(found, bound)] == [-float("inf")]


def test_a_run_that_falls_back_has_succeeded_first(made):
    runs = learning.runs(learning.groups(Story.of(made("trained"))))
    back = [run for run in runs if run.fell_back]
    assert back
    assert all(run.succeeded for run in back)


def test_a_setting_of_one_network_has_columns_of_its_own_tasks_alone():
    points = made_up_training.points(seeds=2, updates=(16,))
    more = made_up_training.points(
        made_up_training.ROWS[1:2], ("lag:50",), 2, updates=(16,), epsilon=(1e-16,)
    )
    found = compose(made_up.store({"learn": points + more}))
    counts = figures(found)["learning"].data.panels[0].data
    assert counts.blocks == [("epsilon 10^{-8}", 3), ("epsilon 10^{-16}", 1)]
    assert [row[-1] is not None for row in counts.cells] == [False, True] + [False] * 4
