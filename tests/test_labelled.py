"""The labelled array: what it selects, averages, tabulates and draws."""

import math

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot

from gradlab.errors import ConfigError, ShapeError
from gradlab.labelled import LabelledArray, record_of


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")
    yield
    pyplot.close("all")


def curve():
    coords = {"block": ("joint", "hh"), "lag": (0, 1, 4)}
    return LabelledArray("spectral_norm", coords, np.arange(6.0).reshape(2, 3))


def by_sequence():
    values = np.log(10.0) * np.array([[0.0, 0.0], [-1.0, -3.0], [-np.inf, -np.inf]])
    coords = {"lag": (0, 1, 2), "sequence": (0, 1)}
    return LabelledArray("ln_spectral_norm", coords, values, unit="nats")


def test_a_number_is_read_at_its_coordinates():
    assert curve().at(block="hh", lag=4) == 5.0
    assert curve().at(block="hh").tolist() == [3, 4, 5]
    assert curve().at(block=["hh"], lag=[4, 0]).tolist() == [[5, 3]]


def test_a_part_keeps_its_labels():
    part = curve().sel(block="hh", lag=[4, 0])
    assert part == LabelledArray("spectral_norm", {"lag": (4, 0)}, [5.0, 3.0])
    assert curve().sel(lag=range(2)).coords["lag"] == (0, 1)


def test_a_curve_leaves_one_axis_open():
    x, values = curve().curve(block="joint")
    assert (x.tolist(), values.tolist()) == ([0, 1, 4], [0, 1, 2])
    with pytest.raises(KeyError, match="leaves 2 axes open"):
        curve().curve()


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"step": 1}, "spectral_norm has no axis step"),
        ({"block": "cc", "lag": 0}, "spectral_norm has no block 'cc'"),
        ({"lag": [0, 3]}, "spectral_norm has no lag 3"),
    ],
)
def test_what_is_not_there_is_named(where, text):
    for read in (curve().at, curve().sel):
        with pytest.raises(KeyError, match=text):
            read(**where)


def test_has_says_what_is_there():
    assert curve().has(block="hh", lag=4)
    assert not curve().has(block="cc")
    assert not curve().has(step=0)


def test_equality_is_to_the_bit_and_nan_is_itself():
    one = LabelledArray("half_life", {}, math.nan)
    assert one == LabelledArray("half_life", {}, math.nan)
    assert one != LabelledArray("horizon", {}, math.nan)
    assert one != LabelledArray("half_life", {}, math.nan, unit="steps")
    near = LabelledArray("half_life", {}, np.nextafter(1, 2))
    assert near != LabelledArray("half_life", {}, 1.0)
    assert near != LabelledArray("half_life", {}, np.nextafter(1, 2), sd=0.0)


def test_axes_and_values_have_to_fit():
    with pytest.raises(ShapeError) as caught:
        LabelledArray("stable_rank", {"lag": (0, 1)}, np.zeros(3))
    assert str(caught.value) == (
        "Got stable_rank with axes {'lag': 2} and values of shape (3,).\n"
        "Expected a value for each combination of coordinates.\n"
        'Try LabelledArray("stable_rank", {"lag": (0, 1)}, [0.0, -0.7])'
    )
    with pytest.raises(ShapeError, match="sd of shape"):
        LabelledArray("stable_rank", {"lag": (0, 1)}, np.zeros(2), np.zeros(3))


def test_a_record_has_the_axes_of_the_exported_table():
    assert record_of(curve()) == curve()
    assert record_of(by_sequence(), batch=("sequence",)) == by_sequence()
    with pytest.raises(ShapeError, match="with axes lag, sequence") as caught:
        record_of(by_sequence())
    assert "axes among update, block, index, step, lag" in str(caught.value)


def test_numpy_takes_it_as_its_values():
    assert np.isfinite(by_sequence()).sum() == 4
    assert np.asarray(curve()).dtype == np.float64


def test_floats_stay_as_wide_as_they_are():
    narrow = LabelledArray("a", {"lag": (0,)}, np.zeros(1, np.float32))
    assert narrow.values.dtype == np.float32
    assert LabelledArray("a", {"lag": (0,)}, [1]).values.dtype == np.float64


def test_means_over_sequences_have_the_sd_over_n_minus_one():
    mean = by_sequence().over_sequences()
    assert mean.axes == ("lag",)
    assert mean.values == pytest.approx(np.log(10) * np.array([0, -2, -np.inf]))
    assert mean.sd[:2] == pytest.approx(np.log(10) * np.array([0, math.sqrt(2)]))
    assert np.isnan(mean.sd[2])
    assert by_sequence().sel(sequence=[0]).over_sequences().sd is None
    assert mean.over_sequences() is mean


def test_a_tidy_table_has_a_row_a_value():
    frame = curve().frame()
    assert list(frame.columns) == ["block", "lag", "measure", "value"]
    assert frame[frame.block == "hh"].value.tolist() == [3, 4, 5]
    assert frame[frame.lag == 4].value.tolist() == [2, 5]
    assert "sd" in by_sequence().over_sequences().frame()
    alone = LabelledArray("verdict", {}, 1, words=("vanishing", "fading")).frame()
    assert alone.word.tolist() == ["fading"] and len(alone) == 1


def test_natural_logs_are_drawn_as_powers_of_ten():
    axes = by_sequence().plot()
    (line,) = axes.lines
    assert line.get_ydata() == pytest.approx([0, -2, np.nan], nan_ok=True)
    assert axes.yaxis.get_major_formatter()(-2.0, 0) == "$10^{-2}$"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("lag", "spectral norm")


def test_each_combination_of_the_other_axes_is_a_line():
    own = pyplot.subplots()[1]
    assert curve().plot(own) is own
    assert [line.get_label() for line in own.lines] == ["joint", "hh"]
    assert own.lines[1].get_ydata().tolist() == [3, 4, 5]
    by_block = curve().plot(x="block")
    assert [line.get_label() for line in by_block.lines] == ["0", "1", "4"]
    assert [label.get_text() for label in by_block.get_xticklabels()] == ["joint", "hh"]


def test_no_two_of_twenty_lines_look_alike():
    many = LabelledArray("a", {"step": range(20), "lag": range(2)}, np.zeros((20, 2)))
    lines = many.plot(x="lag").lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 20


def test_what_cannot_be_drawn_is_said():
    many = LabelledArray("a", {"step": range(30), "lag": range(2)}, np.zeros((30, 2)))
    with pytest.raises(ConfigError) as caught:
        many.plot()
    assert str(caught.value) == (
        "Got 30 lines along lag, one for each of 30 step.\n"
        "Expected 20 at most.\n"
        "Try .sel(step=0).plot()"
    )
    with pytest.raises(ConfigError, match="to be drawn along time"):
        many.plot(x="time")
    with pytest.raises(ConfigError, match="over no axis"):
        LabelledArray("horizon", {}, 3.0).plot()


def test_too_many_lines_of_blocks_are_narrowed_to_the_whole():
    blocks = (*(f"h{k}h{k}" for k in range(24)), "joint")
    many = LabelledArray("ln_norm", {"block": blocks, "lag": (0, 1)}, np.ones((25, 2)))
    with pytest.raises(ConfigError) as caught:
        many.plot()
    assert caught.value.try_ == ".sel(block='joint').plot()"
    assert len(many.sel(block="joint").plot().lines) == 1


def test_as_many_axes_as_needed_are_narrowed():
    coords = {"step": range(30), "unit": range(25), "lag": (0, 1)}
    many = LabelledArray("ln_norm", coords, np.ones((30, 25, 2)))
    with pytest.raises(ConfigError, match=r"\.sel\(step=0, unit=0\)\.plot\(\)"):
        many.plot(x="lag")


def test_one_line_says_what_an_array_is():
    norms = by_sequence()
    assert repr(norms) == "<LabelledArray ln_spectral_norm: lag 3, sequence 2; nats>"
    assert repr(norms.sel(lag=0, sequence=1)) == (
        "<LabelledArray ln_spectral_norm: one number; nats>"
    )


def test_coordinates_that_are_there_are_named():
    long = LabelledArray("ln_norm", {"lag": range(99)}, np.ones(99))
    with pytest.raises(KeyError, match="lag 99; there are 0, 1, 2, 3, ..., 97, 98"):
        long.sel(lag=range(100))
    with pytest.raises(KeyError, match="its axes are lag"):
        long.at(step=0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LabelledArray("a", [1], [1.0]),
        lambda: LabelledArray("a", {"lag": 1}, [1.0]),
    ],
)
def test_coordinates_come_by_axis(make):
    with pytest.raises(ShapeError, match="coordinates along each axis"):
        make()


def test_only_axes_are_drawn_on():
    with pytest.raises(ConfigError, match="the Axes of matplotlib"):
        curve().plot(3)
