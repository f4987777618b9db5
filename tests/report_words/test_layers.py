"""What the report says of networks with several layers."""

from __future__ import annotations

import numpy as np
import pytest

from gradlab.labelled import LabelledArray
from gradlab.report import choice, inline, numbers
from gradlab.report.blocks import Prose, Table
from gradlab.report.document import compose
from gradlab.report.story import Story, labels
from gradlab.report.words import words
from tests import made_up
from tests.report_words.telling import every_text


WITHIN = {
    "rnn:layers=2": (-0.8, -0.5),
    "lstm:layers=3": (-0.4, -0.3, -0.2),
}
WHOLE = {"rnn:layers=2": -0.45, "lstm:layers=3": -0.25}


def store(*, measured=True, seeds=3):
    """Networks of one, two and three layers; rates within layers as above."""
    rows = (("rnn", None), ("rnn:layers=2", None), ("lstm:layers=3", "keep"))
    grids = made_up.product(network=rows, hidden=(16,), length=(64,), seed=range(seeds))
    made = made_up.store({"lineup": grids}, behave)
    for point in made.grids["lineup"]:
        cell = point.params["cell"]
        if measured and cell in WITHIN:
            point.records |= of_layers(WITHIN[cell])
    return made


def rates(made):
    """The whole networks' rates, seeds meant, as they stand in the store."""
    found = {cell: [] for cell in WITHIN}
    for point in made.grids["lineup"]:
        if point.params["cell"] in found:
            record = point.record("growth_rate")
            found[point.params["cell"]].append(record.at(block="joint"))
    return {cell: float(np.mean(values)) for cell, values in found.items()}


def behave(params):
    rate = WHOLE.get(params["cell"], -0.9)
    return made_up.Behaviour(rate)


def of_layers(rates):
    count = len(rates)
    pairs = [(k, m) for k in range(1, count + 1) for m in range(1, k + 1)]
    blocks = {"block": tuple(f"s{k}s{m}" for k, m in pairs)}
    values = [max(rates[m - 1 : k]) for k, m in pairs]
    return {
        "layer_growth_rate": LabelledArray(
            "layer_growth_rate", blocks, np.array(values)
        )
    }


def chapter(document):
    return next(c for c in document.chapters if c.name == "how_far")


def layer_table(document):
    return [
        b
        for b in chapter(document).blocks
        if isinstance(b, Table) and b.name == "layer-by-layer"
    ]


def test_a_table_tells_each_layer_and_the_way_down():
    made = store()
    (table,) = layer_table(compose(made))
    titles = [column.text for column in table.column_list()]
    assert titles == [
        "network",
        "layer 1",
        "layer 2",
        "layer 3",
        "top to first",
        "whole network",
    ]
    texts = [[inline.plain(c.text) for c in row] for row in table.row_list()]
    assert texts[0][:4] == ["RNN (2 layers)", "45 %", "61 %", "–"]
    assert texts[1][:4] == ["LSTM (3 layers) default bias", "67 %", "74 %", "82 %"]
    assert [row[4] for row in texts] == ["61 %", "82 %"]
    whole = [inline.plain(numbers.kept(rate)) for rate in rates(made).values()]
    assert [row[5] for row in texts] == whole


def said_of_layers(made):
    blocks = chapter(compose(made)).blocks
    return [inline.plain(b.text) for b in blocks if isinstance(b, Prose)]


def test_sentences_tell_what_layers_and_the_whole_keep():
    made = store()
    kept = inline.plain(numbers.kept(rates(made)["rnn:layers=2"]))
    (text,) = said_of_layers(made)
    assert text == (
        f"With 2 layers RNN keeps {left(made, 'rnn:layers=2')} of its gradient over "
        f"64 steps, against {left(made, 'rnn')} with one layer. From the first layer "
        "up, the layers of RNN (2 layers) by themselves keep 45 %, 61 % a step. All "
        f"layers of RNN (2 layers) together keep {kept} a step, the best of them by "
        "itself 61 %."
    )


def left(made, cell):
    row = Story.of(made).main.find(cell=cell)
    return inline.plain(numbers.left(row.size().ln))


def test_the_first_layers_that_keep_least_are_counted():
    said = {s.claim: s.text for s in choice.every(Story.of(store()), "layers")}
    assert said["first_layer"].startswith("In 2 of 2 networks of several layers")


@pytest.mark.parametrize("measured", [True, False])
def test_nothing_is_said_of_what_was_not_measured(measured):
    document = compose(store(measured=measured))
    assert bool(layer_table(document)) == measured
    texts = list(every_text(document))
    assert texts and not any("nan" in text.split() for text in texts)
    assert any("the largest state here has 96." in t for t in texts)


def test_one_layer_alone_has_no_such_table():
    document = compose(made_up.store())
    assert not layer_table(document)
    assert any("state here has 128." in text for text in every_text(document))


def test_names():
    english, korean = words("en", "names"), words("ko", "names")
    assert labels.cell_name("lstm:layers=2", english) == "LSTM (2 layers)"
    name = "lstm:layers=12+no_forget+proj=4"
    assert labels.cell_name(name, english) == "LSTM (12 layers, no forget, proj=4)"
    assert labels.cell_name(name, korean) == "LSTM (12층, 망각 게이트 없음, proj=4)"
    assert labels.layers("lstm:layers=12+no_forget") == 12
    assert labels.layers("gru:reset_before") == labels.layers("gru") == 1
