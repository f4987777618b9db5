"""Intervals cover what they say: simulated increments, and real runs of LSTMs."""

from functools import cache

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.initializers import initialize_
from gradlab.jacobians import batch_lags, jacobian_norms
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.measures._rates import SETTLING
from gradlab.statistics import batch_means, interval
from gradlab.trajectory import unroll
from tests.flows import noise


SERIES, FEW = 2000, 600
LENGTHS = (192, 256, 512, 1024)
BURN_IN = 64


def autoregressive(correlation: float, length: int, slope: float) -> np.ndarray:
    """Curves (series, length + 1) whose increments are an AR(1) about ``slope``."""
    draws = np.random.default_rng(length).normal(size=(length + 100, SERIES))
    steps = np.zeros_like(draws)
    for t in range(1, len(steps)):
        steps[t] = correlation * steps[t - 1] + draws[t]
    curves = np.zeros((SERIES, length + 1))
    np.cumsum(steps[100:].T + slope, axis=1, out=curves[:, 1:])
    return curves


def lstm(hidden: int = 8, bias: float = 1.0):
    cell = cells.build("lstm", 8, hidden, dtype=torch.float64)
    return initialize_(cell, forget_bias=bias, seed=0)


def runs(cell, count: int, length: int, seed: int):
    inputs = noise(count, BURN_IN + length, 8, seed=seed)
    return unroll(cell, inputs, burn_in=BURN_IN)


def covered(curves, ends, slope: float, **options) -> float:
    """The share of curves (series, ends) whose interval holds ``slope``."""
    bounds = np.array([batch_means(ends, curve, **options)[1:] for curve in curves])
    return float(((bounds[:, 0] < slope) & (slope < bounds[:, 1])).mean())


@pytest.mark.parametrize("settling", [0, SETTLING])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_the_interval_covers_increments_of_known_slope(correlation, length, settling):
    curves = autoregressive(correlation, length, -0.3)
    ends = batch_lags(length)
    share = covered(curves[:, list(ends)], ends, -0.3, settling=settling)
    assert 0.90 < share < 0.99


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_a_regression_on_the_curve_would_cover_next_to_nothing(correlation):
    """The residuals of a curve of ln norms are a random walk, not independent."""
    length = 256
    curves = autoregressive(correlation, length, -0.3)
    lags = np.arange(length + 1.0)
    lags -= lags.mean()
    slopes = curves @ lags / (lags @ lags)
    residuals = curves - curves.mean(axis=1, keepdims=True) - np.outer(slopes, lags)
    errors = np.sqrt((residuals**2).sum(axis=1) / (length - 1) / (lags @ lags))
    share = (np.abs(slopes + 0.3) < 1.96 * errors).mean()
    assert 0.02 < share < 0.3


@torch.no_grad()
def growth_of_vectors(cell, count: int, length: int, seed: int) -> np.ndarray:
    """Ln |g| by lag of a gradient carried back by a real run, (count, length + 1).

    From where its direction is stationary on, 64 steps from the end.
    """
    trajectory = runs(cell, count, length + 64, seed)
    vector = noise(count, 1, 2 * 16, seed=seed + 1)
    sizes = []
    for step in StepJacobians(trajectory).steps(trajectory.length):
        vector = vector @ step.matrix()
        size = torch.linalg.vector_norm(vector, dim=-1, keepdim=True)
        vector = vector / size
        sizes.append(size.log().flatten())
    curves = torch.zeros(count, length + 1, dtype=torch.float64)
    curves[:, 1:] = torch.stack(sizes[64:]).cumsum(0).T
    return curves.numpy()


@pytest.mark.parametrize(
    "length",
    [
        pytest.param(192, marks=pytest.mark.slow),
        pytest.param(256, marks=pytest.mark.trials),
    ],
)
def test_the_interval_covers_the_exponent_of_gradients_in_a_real_lstm(length):
    """The truth is a run of 240,000 steps: 400 streams of 600 each."""
    cell = lstm()
    long = growth_of_vectors(cell, 400, 600, seed=3)
    truth = long[:, -1].mean() / 600
    curves = growth_of_vectors(cell, SERIES, length, seed=5)
    ends = batch_lags(length)
    assert 0.90 < covered(curves[:, list(ends)], ends, truth) < 0.99


@cache
def growth_of_products(
    hidden: int, bias: float, length: int, series: int
) -> np.ndarray:
    """Ln |P|_2 at the ends of the batches, (series, ends), of real LSTM runs."""
    trajectory = runs(lstm(hidden, bias), series, length, seed=7)
    norms = jacobian_norms(trajectory, "joint", lags=batch_lags(length))
    return norms.ln_spectral_norm.at(block="joint").T


@pytest.mark.parametrize(
    ("hidden", "bias", "length", "series"),
    [
        (8, 1.0, 192, FEW),
        pytest.param(8, 1.0, 192, SERIES, marks=pytest.mark.slow),
        pytest.param(8, 1.0, 256, SERIES, marks=pytest.mark.trials),
        pytest.param(8, 3.0, 192, SERIES, marks=pytest.mark.slow),
        pytest.param(8, 3.0, 512, SERIES, marks=pytest.mark.trials),
        pytest.param(16, 1.0, 256, SERIES, marks=pytest.mark.trials),
    ],
)
@pytest.mark.parametrize("sequences", [1, 4])
def test_the_interval_covers_the_rate_over_t_of_a_real_lstm(
    hidden, bias, length, series, sequences
):
    """The truth is the mean over all series: of 2,000 384,000 steps and more."""
    curves, ends = growth_of_products(hidden, bias, length, series), batch_lags(length)
    truth = curves[:, -1].mean() / length
    means = curves.reshape(-1, sequences, len(ends)).mean(axis=1)
    assert 0.90 < covered(means, ends, truth, settling=SETTLING) < 0.99


@pytest.mark.parametrize("series", [FEW, pytest.param(SERIES, marks=pytest.mark.slow)])
def test_taking_the_start_for_chance_would_cover_too_much(series):
    curves, ends = growth_of_products(8, 1.0, 192, series), batch_lags(192)
    truth = curves[:, -1].mean() / 192
    means = curves.reshape(-1, 4, len(ends)).mean(axis=1)
    assert covered(means, ends, truth) > 0.99


@pytest.mark.parametrize("series", [FEW, pytest.param(SERIES, marks=pytest.mark.slow)])
def test_the_norm_of_a_product_loses_less_at_first(series):
    """Why there is a stretch to settle: later stretches agree, the first is apart."""
    curves, ends = growth_of_products(8, 1.0, 192, series), batch_lags(192)
    rates = (np.diff(curves, axis=1) / np.diff(ends)).mean(axis=0)
    assert rates[0] - rates[1] > 5 * np.ptp(rates[2:])


@cache
def rates_of_plain_networks(count: int, steps: int) -> np.ndarray:
    many = [
        initialize_(cells.build("rnn", 4, 8, dtype=torch.float64), seed=seed)
        for seed in range(count)
    ]
    inputs = noise(count, 2, steps, 4)
    norms = jacobian_norms(unroll(cells.ensemble(many), inputs), "joint", lags=(steps,))
    return norms.ln_spectral_norm.at(block="joint")[-1].mean(axis=-1) / steps


@pytest.mark.parametrize("seeds", [3, 5])
def test_the_interval_over_seeds_covers_the_rate_of_a_kind_of_network(seeds):
    """Real plain RNNs, 1,500 of them; the truth is the mean of all."""
    rates = rates_of_plain_networks(count=1500, steps=24)
    groups = rates.reshape(-1, seeds)
    bounds = np.array([interval(group)[1:] for group in groups])
    truth = rates.mean()
    share = ((bounds[:, 0] < truth) & (truth < bounds[:, 1])).mean()
    assert 0.90 < share < 0.99
