"""The picture of the first screen."""

import math

import numpy as np
import pytest

from gradlab.report.blocks import Picture
from gradlab.report.story import Story
from gradlab.report.top.picture import picture
from tests import made_up


def test_it_draws_the_curves_of_the_plain_rnn_and_of_one_cell():
    story = Story.of(made_up.store())
    drawn = picture(story)
    assert isinstance(drawn, Picture)
    labels = [series.label for series in drawn.data.series]
    assert labels[0] == "RNN" and len(labels) <= 5
    assert all(label.startswith("LSTM") for label in labels[1:])
    for series in drawn.data.series:
        (row,) = [r for r in story.curves.rows if r.short == series.label]
        ends = row.ends(row.length)
        assert series.y[-1] == pytest.approx(np.mean(ends) / math.log(10))


def test_a_single_network_has_none():
    assert picture(Story.of(made_up.CONTRADICTIONS["one_point"]())) is None
