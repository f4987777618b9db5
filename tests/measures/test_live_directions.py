"""Live directions: those a product at T still carries, counted."""

import numpy as np
import torch

from gradlab import cells
from gradlab.activations.linear import Linear
from gradlab.initializers import initialize_
from gradlab.jacobians import log_singular_values, scaled_product
from gradlab.labelled import LabelledArray
from gradlab.measures import measure
from gradlab.measures.live_directions import LiveDirections
from gradlab.trajectory import unroll
from tests.flows import lively


def diagonal(factors: list[float], steps: int):
    """A linear RNN each of whose units keeps its own share per step."""
    cell = cells.build("rnn", 1, len(factors), activation=Linear())
    initialize_(cell, seed=0)
    with torch.no_grad():
        cell.weight_hh.copy_(torch.diag(torch.tensor(factors)))
    return unroll(cell, torch.zeros(2, steps, 1))


def test_units_that_keep_more_than_a_thousandth_are_live():
    trajectory = diagonal([1.2, 1.0, 0.95, 0.9, 0.5, 0.1], 100)
    for threshold, live in ((1e-3, 3), (1e-5, 4), (10.0, 1), (1e-40, 5)):
        found = measure(trajectory, [LiveDirections(threshold)])["live_directions"]
        assert found.values.tolist() == [live, live]


def test_they_are_the_singular_values_above_the_threshold():
    trajectory = lively("lstm")
    values = log_singular_values(scaled_product(trajectory))
    found = measure(trajectory, ["live_directions"])["live_directions"].values
    assert np.array_equal(found, (np.exp(values) > 1e-3).sum(axis=-1))
    assert (0 < found).all() and (found < values.shape[-1]).any()


def test_means_of_logs_are_geometric():
    sizes = np.array([[1.0, 100.0, 1e-8], [2.0, 2.0, 2.0]])
    logs = LabelledArray("ln", {"of": "ab", "sequence": range(3)}, np.log(sizes))
    mean = logs.over_sequences().values
    geometric = sizes.prod(axis=-1) ** (1 / 3)
    assert np.allclose(np.exp(mean), geometric, rtol=1e-12)


def test_arithmetic_means_of_gradients_mislead():
    """200 Ginibre matrices of 8: the mean square gain is 1, the typical one e^-13.

    An arithmetic mean over 600 runs is dominated by the few largest and gives
    neither; the geometric one is right to its error.
    """
    count, size, steps = 600, 8, 200
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(count, size))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    ln_gain = np.zeros(count)
    for _ in range(steps):
        step = generator.normal(size=(count, size, size)) / np.sqrt(size)
        vectors = np.einsum("nij,nj->ni", step, vectors)
        lengths = np.linalg.norm(vectors, axis=-1)
        ln_gain += np.log(lengths)
        vectors /= lengths[:, None]
    gain = LabelledArray("ln_gain", {"sequence": range(count)}, ln_gain)
    mean, sd = gain.over_sequences().values, gain.over_sequences().sd
    exact = (
        steps * 0.5 * (np.log(2.0) - np.euler_gamma + 1 + 1 / 2 + 1 / 3 - np.log(size))
    )
    assert abs(exact + 13.02) < 0.01
    assert abs(mean - exact) < 4 * sd / np.sqrt(count)
    ln_rms = 0.5 * np.log(np.mean(np.exp(2 * ln_gain)))
    assert mean + 4 < ln_rms < -2
