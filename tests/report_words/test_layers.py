"""What the report says of networks with several layers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradlab.report import inline, numbers
from gradlab.report.blocks import Prose, Table
from gradlab.report.document import compose
from gradlab.report.story import labels
from gradlab.report.words import words
from gradlab.store.record import Record
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
    horizons = [0.0 if k != m else 20.0 for k, m in pairs]
    return {
        name: Record(name, 1, {}, blocks, np.array(found, dtype=float))
        for name, found in (("layer_growth_rate", values), ("layer_horizon", horizons))
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
        "horizon, top to first",
        "whole network",
    ]
    texts = [[inline.plain(c.text) for c in row] for row in table.row_list()]
    assert texts[0][:4] == ["RNN (2 layers)", "45 %", "61 %", "–"]
    assert texts[1][:4] == ["LSTM (3 layers) forget bias 0", "67 %", "74 %", "82 %"]
    assert [row[4] for row in texts] == ["61 %", "82 %"]
    assert [row[5] for row in texts] == ["0", "0"]
    whole = [inline.plain(numbers.kept(rate)) for rate in rates(made).values()]
    assert [row[6] for row in texts] == whole


def test_a_sentence_tells_how_far_the_whole_is_from_its_best_layer():
    made = store()
    blocks = chapter(compose(made)).blocks
    said = [inline.plain(b.text) for b in blocks if isinstance(b, Prose)]
    (gap,) = (text for text in said if "by itself" in text)
    gaps = [abs(rate - max(WITHIN[cell])) for cell, rate in rates(made).items()]
    assert f"a factor of {math.exp(max(gaps)):.3g} at most over 64 steps" in gap


@pytest.mark.parametrize("measured", [True, False])
def test_nothing_is_said_of_what_was_not_measured(measured):
    document = compose(store(measured=measured))
    assert bool(layer_table(document)) == measured
    texts = list(every_text(document))
    assert texts and not any("nan" in text.split() for text in texts)
    assert any("16 (32 for h and c together) a layer at most" in t for t in texts)


def test_one_layer_alone_has_no_such_table():
    document = compose(made_up.store())
    assert not layer_table(document)
    assert not any("a layer at most" in text for text in every_text(document))


def test_names():
    english, korean = words("en", "names"), words("ko", "names")
    assert labels.cell_name("lstm:layers=2", english) == "LSTM (2 layers)"
    name = "lstm:layers=12+no_forget+proj=4"
    assert labels.cell_name(name, english) == "LSTM (12 layers, no forget, proj=4)"
    assert labels.cell_name(name, korean) == "LSTM (12층, 망각 게이트 없음, proj=4)"
    assert labels.layers("lstm:layers=12+no_forget") == 12
    assert labels.layers("gru:reset_before") == labels.layers("gru") == 1
