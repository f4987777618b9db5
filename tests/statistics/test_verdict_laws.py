"""What verdicts and intervals obey, whatever the numbers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gradlab.statistics import THRESHOLDS, batch_means, interval, verdict


BANDS = ("vanishing", "fading", "stable", "growing", "exploding")
sizes = st.floats(-50.0, 50.0)
lines = st.lists(st.floats(1e-9, 1e9), min_size=4, max_size=4, unique=True).map(sorted)
curves = st.lists(st.floats(-100.0, 100.0), min_size=13, max_size=13)
LAGS = tuple(range(0, 241, 20))


@given(sizes, sizes)
def test_more_left_is_never_a_lower_word(one, other):
    low, high = sorted((one, other))
    assert BANDS.index(verdict(low)) <= BANDS.index(verdict(high))


@given(sizes, st.floats(0.0, 20.0), st.floats(0.0, 20.0), lines)
def test_undetermined_is_where_the_interval_crosses_a_line_and_nowhere_else(
    left, below, above, thresholds
):
    low, high = left - below, left + above
    assume(all(abs(end - np.log(t)) > 1e-9 for t in thresholds for end in (low, high)))
    crosses = any(low < np.log(t) < high for t in thresholds)
    word = verdict(left, low, high, thresholds)
    assert (word == "undetermined") == crosses
    if not crosses:
        assert word == verdict(left, thresholds=thresholds)


@given(sizes, st.one_of(st.just(np.nan), sizes))
def test_without_an_interval_the_value_decides(left, high):
    assert verdict(left, np.nan, high) == verdict(left)
    assert verdict(left) in BANDS


@given(st.one_of(st.just(np.nan), sizes), st.one_of(st.just(np.nan), sizes))
def test_zero_is_dead_and_what_is_no_number_is_not_finite(low, high):
    assert verdict(-np.inf, low, high) == "dead"
    assert verdict(np.nan, low, high) == verdict(np.inf, low, high) == "not_finite"


@given(sizes, lines, st.floats(-5.0, 5.0))
def test_thresholds_move_with_what_is_left(left, thresholds, shift):
    moved = [t * np.exp(shift) for t in thresholds]
    assume(all(np.diff(moved) > 0))  # neighbouring floats may meet in one
    assume(all(abs(left - np.log(t)) > 1e-6 for t in thresholds))
    assert verdict(left, thresholds=thresholds) == verdict(
        left + shift, thresholds=moved
    )


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0, 0.0])
def test_thresholds_are_numbers_above_zero(place, wrong):
    given_ = list(THRESHOLDS)
    given_[place] = wrong
    with pytest.raises(ValueError, match="four positive numbers"):
        verdict(0.0, thresholds=given_)


@given(curves, st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.sampled_from([0, 1, 2]))
def test_batch_means_turn_with_the_curve(curve, factor, slope, settling):
    """The interval of factor * curve + slope * lag follows from the curve's."""
    rate, low, high = batch_means(LAGS, curve, settling=settling)
    assert low <= rate <= high
    turned = [factor * y + slope * lag for y, lag in zip(curve, LAGS, strict=True)]
    found = batch_means(LAGS, turned, settling=settling)
    expected = factor * rate + slope
    half = abs(factor) * (high - low) / 2
    assert np.allclose(found, (expected, expected - half, expected + half), atol=1e-9)


@given(curves)
def test_a_settling_stretch_counts_to_the_rate_alone(curve):
    lifted = [curve[0] + 40.0, *curve[1:]]
    rate, low, high = batch_means(LAGS, curve, settling=1)
    other, other_low, other_high = batch_means(LAGS, lifted, settling=1)
    assert np.isclose(other, rate - 40.0 / 240)
    assert np.isclose(other_high - other_low, high - low)


@given(st.integers(0, 4))
def test_ten_batches_are_the_least_beyond_what_settles(settling):
    found = batch_means(LAGS, np.sin(LAGS), settling=settling)
    assert np.isfinite(found[1:]).all() == (12 - settling >= 10)


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=9), st.floats(-50, 50))
def test_the_interval_over_seeds_moves_with_the_values(values, shift):
    mean, low, high = interval(values)
    assert low <= mean <= high
    moved = interval([value + shift for value in values])
    assert np.allclose(moved, (mean + shift, low + shift, high + shift), atol=1e-8)
