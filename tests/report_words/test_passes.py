"""What the report says where passes and time constants were measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradlab.labelled import LabelledArray
from gradlab.report import inline
from gradlab.report.blocks import Details, Prose, Table, figures_of
from gradlab.report.document import compose
from gradlab.report.story import Story
from tests import made_up
from tests.report_words.telling import every_text, one_chapter


LAGS = (0, 16, 32, 64)
PARTS = ("0", "1", "2", "more", "total")
SIZES = {
    ("lstm", 1.0): (-9.0, -4.0, -3.0, -5.0, -2.5),
    ("lstm", 3.0): (-1.0, 0.5, 0.2, -1.0, 0.1),
    ("lstm", "chrono"): (-0.5, -2.0, -5.0, -30.0, -0.4),
    ("gru", 3.0): (-0.5, -2.0, -5.0, -math.inf, -0.4),
}


def passes(sizes, *, seeds=3):
    """A store whose parts have these ln sizes at every lag, one seed 0.1 apart."""
    asked = made_up.product(network=tuple(sizes), length=(64,), seed=range(seeds))
    store = made_up.store({**made_up.lineup(seeds=3), "passes": asked})
    for point in store.grids["passes"]:
        own = sizes[point.params["cell"], point.params["forget_bias"]]
        values = np.array(own) + 0.1 * (point.params["seed"] - 1)
        table = np.tile(values[:, None], len(LAGS))
        coords = {"index": PARTS, "lag": LAGS}
        record = LabelledArray("recurrent_passes", coords, table)
        point.records = {**point.records, "recurrent_passes": record}
    return store


def chapter_of(store):
    document = compose(store)
    return next(c for c in document.chapters if c.name == "cell_state")


def figure_of(chapter):
    found = figures_of(chapter.blocks)
    return next((f for f in found if f.name == "passes"), None)


def sentence_of(chapter):
    folded, _ = [b for b in chapter.blocks if isinstance(b, Details)]
    (found,) = [b for b in folded.blocks if isinstance(b, Prose)]
    return inline.plain(found.text)


def test_the_largest_part_is_told_network_by_network():
    assert sentence_of(chapter_of(passes(SIZES))) == (
        "At lag 32 the largest part has made 2 passes through the recurrent weights in "
        "LSTM forget bias 1. At lag 32 the largest part has made no pass through the "
        "recurrent weights in GRU keep bias 3 and LSTM chrono. At lag 32 parts cancel, "
        "the largest being larger than the whole, in LSTM forget bias 3."
    )


def test_other_data_tell_otherwise():
    more = {("lstm", 1.0): (-9.0, -8.0, -7.0, -6.0, -5.0)}
    assert sentence_of(chapter_of(passes(more))) == (
        "At lag 32 the largest part has made more than 2 passes through the recurrent "
        "weights in LSTM forget bias 1."
    )


def test_dots_stand_beside_a_line_for_the_whole():
    figure = figure_of(chapter_of(passes(SIZES)))
    titles = [panel.title for panel in figure.data.panels]
    assert titles[-1] == "LSTM chrono: no pass"
    assert len(titles) == 4
    panel = next(p for p in figure.data.panels if p.title == "LSTM 3: 1 pass")
    whole, none, some = panel.data.series
    assert [*whole.y] == pytest.approx([0.1 / math.log(10)] * 4)
    assert [*none.x, *some.x] == [0, 1, 2, 3]
    drawn = np.array([*none.y, *some.y]) * math.log(10)
    assert drawn == pytest.approx(SIZES["lstm", 3.0][:-1])
    assert some.low[0] * math.log(10) == pytest.approx(0.4)
    assert some.high[0] * math.log(10) == pytest.approx(0.6)
    assert panel.data.place(3.0) == ">2"
    caption = inline.plain(figure.caption)
    assert "at lag 32 of T = 64 by" in caption
    head, rows = figure.data.table()
    assert head[:3] == ["panel", "curve", "passes"]
    assert {row[2] for row in rows} == {"0", "1", "2", ">2"}


def test_one_seed_has_no_strokes():
    figure = figure_of(chapter_of(passes(SIZES, seeds=1)))
    assert "Strokes" not in figure.caption
    assert all(s.low is None for p in figure.data.panels for s in p.data.series)


def test_many_networks_are_four_panels_and_whole_sentences():
    many = {("lstm", float(b)): (-9.0, -4.0, -3.0, -5.0, -2.5) for b in range(9)}
    chapter = chapter_of(passes(many))
    assert len(figure_of(chapter).data.panels) == 4
    assert "in LSTM forget bias 0 and 8 more." in sentence_of(chapter)
    assert "4 of 9 networks are drawn" in figure_of(chapter).caption


def test_what_is_not_finite_or_not_measured_is_passed_over():
    broken = {**SIZES, ("lstm", 1.0): (math.nan,) * 5}
    assert len(figure_of(chapter_of(passes(broken))).data.panels) == 3
    assert figure_of(chapter_of(passes({("lstm", 1.0): (math.nan,) * 5}))) is None
    assert figure_of(chapter_of(made_up.store(made_up.lineup(seeds=3)))) is None


def test_time_constants_stand_beside_the_gates():
    store = made_up.store(made_up.lineup(seeds=3))
    before = gates_of(store)
    for point in store.points:
        if point.params["cell"] == "rnn":
            continue
        lasting = point.params["forget_bias"] == "chrono"
        found = np.array([5.0, math.inf if lasting else 300.0])
        coords = {"index": ("median", "slowest")}
        record = LabelledArray("time_constant", coords, found)
        point.records = {**point.records, "time_constant": record}
    after = gates_of(store)
    assert after.keys() == before.keys()
    for name, cells in before.items():
        lasting = name.endswith("chrono")
        slowest = "does not decay" if lasting else "300"
        assert after[name] == [*cells, "5", slowest]


def gates_of(store):
    chapter = one_chapter(store, "predictors")
    details = [b for b in chapter.blocks if isinstance(b, Details)]
    tables = [b for d in details for b in d.blocks if isinstance(b, Table)]
    (table,) = [t for t in tables if t.name == "gates"]
    return {r[0].text: [c.text for c in r[1:]] for r in table.row_list()}


def test_every_text_is_filled_in():
    for text in every_text(compose(passes(SIZES))):
        plain = inline.plain(text)
        assert "$" not in text
        assert "nan" not in plain.split()
        assert "  " not in plain


def test_the_self_check_shows_the_conveyor_by_autograd():
    checks = [
        {"kind": "rnn, tanh", "error": 1e-16, "compared": 560, "conveyor": None},
        {
            "kind": "lstm, tanh",
            "error": 2e-16,
            "compared": 560,
            "conveyor": 3e-16,
            "conveyor_compared": 196,
        },
    ]
    store = made_up.store(made_up.lineup(seeds=3), verification=checks)
    story = Story.of(store)
    assert story.meta["verification"] == checks
    chapter = one_chapter(store, "provenance")
    table = next(
        b for b in chapter.blocks if isinstance(b, Table) and b.name == "self-check"
    )
    rows = [[inline.plain(c.text) for c in row] for row in table.row_list()]
    told = [row for row in rows if "conveyor" in row[0]]
    assert told == [
        [
            "conveyor, by autograd with h detached inside the gates (lstm, tanh)",
            inline.plain("3 × 10^{-16}"),
            "196",
        ]
    ]
