"""Exponential or power law: named rightly, seldom wrongly, else not at all."""

from functools import cache

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.activations.linear import Linear
from gradlab.initializers import initialize_
from gradlab.initializers.orthogonal import Orthogonal
from gradlab.jacobians import jacobian_norms, lags
from gradlab.measures import measure
from gradlab.statistics import SHAPES, decay
from gradlab.trajectory import unroll
from tests.flows import noise


CURVES = 1000


@cache
def walks(correlation: float, length: int) -> np.ndarray:
    """Random walks (curves, length + 1), of variance 1 a step in the long run."""
    draws = np.random.default_rng(length).normal(size=(length + 100, CURVES))
    steps = np.zeros_like(draws)
    for t in range(1, len(steps)):
        steps[t] = correlation * steps[t - 1] + (1 - correlation) * draws[t]
    curves = np.zeros((CURVES, length + 1))
    np.cumsum(steps[100:].T, axis=1, out=curves[:, 1:])
    return curves


def named(shape: str, fall: float, correlation: float, length: int) -> dict[str, float]:
    """Shares of the names given to curves that fall by so many of the walk's sds."""
    at = np.array(lags(length))
    total = fall * np.sqrt(0.9 * length)
    line = at / (0.9 * length) if shape == "exponential" else _log(at) / np.log(10)
    words = [
        decay(at, walk[at] - total * line).shape for walk in walks(correlation, length)
    ]
    return {word: words.count(word) / CURVES for word in SHAPES}


def _log(at: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(at, 1))


@pytest.mark.parametrize(
    ("correlation", "length", "most"),
    [(0.0, 64, 0.02), (0.0, 256, 0.02), (0.8, 64, 0.06), (0.8, 256, 0.03)],
)
def test_how_often_the_wrong_shape_is_named(correlation, length, most):
    wrong = {"exponential": "power-law", "power-law": "exponential"}
    for fall in (2, 3, 5, 10):
        for shape, other in wrong.items():
            assert named(shape, fall, correlation, length)[other] < most
    flat = named("exponential", 0, correlation, length)
    assert flat["unresolved"] > 1 - most


@pytest.mark.parametrize("shape", ["exponential", "power-law"])
def test_the_shape_of_a_clear_fall_is_named(shape):
    for correlation in (0.0, 0.8):
        assert named(shape, 10, correlation, 256)[shape] > 0.93
        assert named(shape, 20, correlation, 256)[shape] > 0.99


def test_no_name_for_what_is_flat_short_broken_or_of_another_shape():
    at = np.array(lags(256))
    for curve in (
        0.0 * at,
        -1e-4 * at,
        np.where(at > 100, -np.inf, -0.1 * at),
        np.where(at > 100, np.nan, -0.1 * at),
        0.5 * np.log(1 - at / 257),
        -np.minimum(0.1 * at, 10.0),
    ):
        assert decay(at, curve).shape == "unresolved"
    short = np.array(lags(48))
    assert decay(short, -0.5 * short).shape == "unresolved"
    assert decay([0, 100], [0.0, -50.0]).shape == "unresolved"


def test_exact_lines_give_exact_slopes():
    at = np.array(lags(500))
    found = decay(at, -0.25 * at + 3)
    assert found.shape == "exponential"
    assert abs(found.rate + 0.25) < 1e-12
    found = decay(at[1:], 2 - 1.5 * np.log(at[1:]))
    assert found.shape == "power-law"
    assert abs(found.exponent + 1.5) < 1e-12
    assert decay(at, 0.1 * at).shape == "exponential"


def autonomous(width: int, steps: int, **options):
    """An RNN of orthogonal weights, no biases and no input, from a Gaussian state."""
    cell = cells.build("rnn", width, width, dtype=torch.float64, **options)
    initialize_(cell, Orthogonal(), seed=0)
    with torch.no_grad():
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()
    inputs = torch.zeros(4, steps, width, dtype=torch.float64)
    return unroll(cell, inputs, initial_state=(noise(4, width, seed=1),))


@pytest.mark.parametrize("width", [64, pytest.param(256, marks=pytest.mark.trials)])
def test_a_critical_network_decays_as_one_over_the_root_of_its_age(width):
    """tanh, orthogonal, undriven: ln |J_{T:0}| by T is a power law of slope -1/2.

    By T, from the start on: one network looked at from T backwards has not settled.
    """
    lengths = np.unique(np.geomspace(40, 400, 12).round().astype(int))
    norms = [
        jacobian_norms(autonomous(width, int(steps)), "joint", lags=())
        for steps in lengths
    ]
    found = decay(
        lengths, [of.ln_frobenius_norm.at(block="joint")[-1].mean() for of in norms]
    )
    assert found.shape == "power-law"
    assert abs(found.exponent + 0.5) < 0.02


def test_the_measure_names_the_shape_of_real_networks():
    driven = cells.build("rnn", 16, 16, dtype=torch.float64)
    initialize_(driven, seed=0)
    shape = measure(unroll(driven, noise(2, 128, 16)), ["decay_shape"])["decay_shape"]
    assert shape.as_words() == "exponential"
    assert SHAPES[int(shape.values)] == "exponential"
    for trajectory in (
        autonomous(16, 128, activation=Linear()),
        autonomous(16, 128),
        unroll(driven, noise(2, 40, 16)),
    ):
        readings = measure(trajectory, ["decay_shape"])
        assert readings["decay_shape"].as_words() == "unresolved"
