"""Intervals that cover, words that follow the numbers, reaches that are exact."""

import numpy as np
import pytest

from gradlab.statistics import (
    THRESHOLDS,
    VERDICTS,
    batch_means,
    code,
    half_life,
    horizon,
    interval,
    verdict,
)


@pytest.mark.parametrize("seeds", [3, 5, 20])
def test_the_interval_over_seeds_covers_95_percent(seeds):
    draws = np.random.default_rng(0).normal(2.0, 3.0, size=(4000, seeds))
    bounds = np.array([interval(values)[1:] for values in draws])
    covered = ((bounds[:, 0] < 2.0) & (2.0 < bounds[:, 1])).mean()
    assert 0.94 < covered < 0.96


@pytest.mark.parametrize(
    ("correlation", "length", "least"),
    [
        (0.0, 192, 0.93),
        (0.8, 192, 0.89),
        (0.8, 256, 0.90),
        (0.8, 1024, 0.93),
        (-0.5, 256, 0.93),
    ],
)
def test_batch_means_cover_a_correlated_walk(correlation, length, least):
    """Increments of ln norm as AR(1); the curve itself is their random walk."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(2000, length + 200))
    steps = np.zeros_like(noise)
    for t in range(1, steps.shape[1]):
        steps[:, t] = correlation * steps[:, t - 1] + noise[:, t]
    curves = np.cumsum(steps[:, 200:] - 0.3, axis=1)
    curves = np.concatenate([np.zeros((2000, 1)), curves], axis=1)
    ends = [round(length * k / 12) for k in range(13)]
    bounds = np.array([batch_means(ends, curve[ends])[1:] for curve in curves])
    covered = ((bounds[:, 0] < -0.3) & (-0.3 < bounds[:, 1])).mean()
    assert least < covered < 0.99


def test_no_interval_instead_of_a_guess():
    assert np.isnan(interval([1.0, 2.0])[1:]).all()
    assert np.isnan(interval([1.0, 2.0, np.inf])[1:]).all()
    assert np.isnan(interval([])).all()
    few = range(0, 91, 10)
    assert np.isnan(batch_means(few, [0.0] * 10)[1:]).all()
    short = range(0, 181, 15)
    assert np.isnan(batch_means(short, [0.0] * 13)[1:]).all()
    long = range(0, 241, 20)
    assert np.isnan(batch_means(long, [0.0] * 12 + [-np.inf])[1:]).all()


def test_stretches_of_unlike_length_weigh_by_their_length():
    ends = [round(256 * k / 12) for k in range(13)]
    rate, low, high = batch_means(ends, [-0.5 * end for end in ends])
    assert rate == -0.5
    assert high - low < 1e-12


@pytest.mark.parametrize(
    ("left", "word"),
    [
        (1e-4, "vanishing"),
        (0.99e-3, "vanishing"),
        (1.01e-3, "fading"),
        (0.099, "fading"),
        (0.101, "stable"),
        (9.9, "stable"),
        (10.1, "growing"),
        (990.0, "growing"),
        (1010.0, "exploding"),
    ],
)
def test_the_word_follows_what_is_left(left, word):
    assert verdict(np.log(left)) == word
    assert verdict(np.log(left), np.log(left) - 1e-6, np.log(left) + 1e-6) == word


def test_the_word_when_there_is_no_telling():
    assert verdict(np.log(0.5e-3), np.log(0.2e-3), np.log(2e-3)) == "undetermined"
    assert verdict(np.log(0.5e-3), np.nan, np.nan) == "vanishing"
    assert verdict(-np.inf) == "dead"
    assert verdict(np.nan) == verdict(np.inf) == "not_finite"


def test_thresholds_can_be_moved_and_are_checked():
    assert verdict(np.log(0.05), thresholds=(0.1, 0.5, 2, 10)) == "vanishing"
    for wrong in [(1, 2, 3), (1, 2, 3, 3), (0, 1, 2, 3)]:
        with pytest.raises(ValueError, match="four positive numbers"):
            verdict(0.0, thresholds=wrong)


def test_codes_and_glyphs_are_all_different():
    words = [entry.word for entry in VERDICTS]
    assert [code(word) for word in words] == list(range(8))
    assert words[:5] == ["vanishing", "fading", "stable", "growing", "exploding"]
    assert len({entry.glyph for entry in VERDICTS}) == 8
    assert len({entry.plain for entry in VERDICTS}) == 8
    assert all(entry.plain.isascii() for entry in VERDICTS)
    assert THRESHOLDS == (1e-3, 0.1, 10.0, 1e3)


def test_reaches():
    assert horizon([0, 1, 2], [0.0, -np.inf, -np.inf]) == 1
    assert np.isnan(horizon([0, 1, 2], [0.0, np.nan, -9.0]))
    assert horizon([0, 1, 2], [0.0, -9.0, np.nan]) == 1
    assert horizon([0, 1, 2], [0.0, -0.8, -1.6], threshold=0.5) == 1
    assert half_life(-np.inf) == 0
    assert half_life(0.0) == np.inf
    assert np.isnan(half_life(np.nan))


def test_horizons_of_many_curves_are_those_of_each():
    drawn = np.random.default_rng(3).normal(-0.4, 2.0, size=(40, 6, 5)).cumsum(0)
    drawn[7, 2, 3], drawn[0, 1, 1] = np.nan, -np.inf
    lags = np.arange(40) * 3
    for settings in ({}, {"after_rise": True}, {"interpolate": True}):
        found = horizon(lags, drawn, 0.1, **settings)
        for place in np.ndindex(6, 5):
            one = horizon(lags, drawn[:, *place], 0.1, **settings)
            assert np.array_equal(found[place], one, equal_nan=True)


def test_a_curve_that_starts_below_is_lost_once_it_has_risen():
    lags, low = [0, 1, 2, 3, 4], [-np.inf, -9.0, -1.0, -2.0, -8.0]
    assert horizon(lags, low) == 0
    assert horizon(lags, low, after_rise=True) == 4
    assert horizon(lags, low[:4] + [-3.0], after_rise=True) == np.inf
    assert horizon(lags, [-np.inf] * 5, after_rise=True) == 0
    assert np.isnan(horizon(lags, [-np.inf, np.nan, 0.0, 0.0, -9.0], after_rise=True))


def test_between_stored_lags_a_straight_line_is_drawn_if_wanted():
    assert horizon([0, 10, 20], [0.0, -4.0, -8.0], interpolate=True) == 18
    assert horizon([0, 10, 20], [0.0, -4.0, -np.inf], interpolate=True) == 20
    assert horizon([5, 10], [-8.0, -9.0], interpolate=True) == 5
    assert horizon([5, 10], [0.0, -1.0], interpolate=True) == np.inf
