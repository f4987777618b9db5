"""Covariant vectors: eigenvectors, tangents, invariance, and what died."""

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.cells.base import Cell, Step
from gradlab.errors import ConfigError
from gradlab.exponents import (
    covariant_lyapunov_vectors,
    covariant_vectors,
    lyapunov_exponents,
)
from gradlab.initializers import initialize_
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.trajectory import unroll
from tests.flows import noise


class Henon(Cell):
    """(x, y) -> (1 - 1.4 x^2 + y, 0.3 x)."""

    name = "henon"
    state_names = ("x", "y")

    def step(self, inputs, state):
        x, y = state
        return Step((1 - 1.4 * x**2 + y + 0 * inputs[..., :1], 0.3 * x))


def parallel(one, other):
    """Return the sine of the angle between vectors along the last axis but one."""
    along = (one * other).sum(-2, keepdims=True)
    return np.linalg.norm(one - along * other, axis=-2)


def driven(spec, steps, *, hidden=6, gain=1.0, bias="keep", seed=0):
    cell = cells.build(spec, 4, hidden, dtype=torch.float64)
    initialize_(cell, forget_bias=bias, gain=gain, seed=seed, length=steps)
    return unroll(cell, noise(2, steps, 4, seed=seed))


def test_of_a_constant_matrix_they_are_its_eigenvectors():
    generator = torch.Generator().manual_seed(3)
    basis = torch.randn(5, 5, dtype=torch.float64, generator=generator)
    rates = torch.tensor([1.3, -1.0, 0.7, 0.5, -0.3], dtype=torch.float64)
    matrix = basis @ torch.diag(rates) @ torch.linalg.inv(basis)
    found = covariant_vectors([matrix[None]] * 400, 400)
    expected = (basis / basis.norm(dim=0)).numpy()
    assert parallel(found.vectors[:, 0], expected).max() < 1e-8
    assert np.abs(found.growth - np.log(np.abs(rates.numpy()))).max() < 1e-8


@pytest.fixture(scope="module")
def henon():
    start = (torch.full((1, 1), 0.1).double(), torch.zeros(1, 1).double())
    inputs = torch.zeros(1, 5_000, 1).double()
    trajectory = unroll(Henon(1, 1), inputs, initial_state=start)
    found = covariant_lyapunov_vectors(trajectory, warm_up=100, cool_down=100)
    states = torch.cat(trajectory.states, -1)[:, 0].numpy()
    return found, states[found.first : found.first + len(found.vectors)]


def test_on_the_henon_map_the_first_is_tangent_to_the_attractor():
    """The attractor is the closure of the fixed point's unstable manifold.

    Near the point the manifold is its unstable eigenvector; two orbits that start on it
    side by side stay on it, so the chord between them is its tangent.
    """
    fixed = (-0.7 + np.sqrt(0.7**2 + 4 * 1.4)) / 2.8
    rates, directions = np.linalg.eig(np.array([[-2.8 * fixed, 1.0], [0.3, 0.0]]))
    unstable = directions[:, np.abs(rates).argmax()]
    starts = [fixed * np.array([1, 0.3]) + s * unstable for s in (1e-3, 1e-3 + 1e-8)]
    orbits = [[start] for start in (starts[0] - (starts[1] - starts[0]), *starts)]
    for orbit in orbits:
        for _ in range(60):
            x, y = orbit[-1]
            orbit.append(np.array([1 - 1.4 * x**2 + y, 0.3 * x]))
    below, on, above = map(np.array, orbits)
    jacobians = [torch.tensor([[[-2.8 * x, 1.0], [0.3, 0.0]]]).double() for x, _ in on]
    found = covariant_vectors(jacobians, 60, warm_up=12, cool_down=40)
    chord = (above - below)[12:21]
    chord /= np.linalg.norm(chord, axis=-1, keepdims=True)
    assert np.abs(chord[:, 1] / chord[:, 0]).max() > 0.1  # the curve has turned
    assert parallel(found.vectors[:, 0, :, :1], chord[:, :, None]).max() < 1e-6


def test_on_the_henon_map_the_second_is_what_the_future_shrinks_most(henon):
    """The last right singular vector of the product of the next 20 Jacobians."""
    found, states = henon
    for t in range(0, 4_000, 500):
        product = np.eye(2)
        for x, _ in states[t : t + 20]:
            product = np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) @ product
        shrunk = np.linalg.svd(product)[2][-1]
        assert parallel(found.vectors[t, 0, :, 1:], shrunk[:, None]).max() < 1e-6


def test_on_the_henon_map_the_exponents_are_the_known_ones(henon):
    found, _ = henon
    assert np.abs(found.exponents.at(sequence=0) - [0.4192, -1.6232]).max() < 0.02
    # |det J| = 0.3 at every step.
    assert abs(found.exponents.values.sum() - np.log(0.3)) < 0.01


@pytest.mark.parametrize(
    ("spec", "gain"),
    [("rnn", 2.0), ("gru", 3.0), ("lstm", 3.0), ("lstm:peephole", 1.0)],
)
def test_each_is_mapped_onto_itself(spec, gain):
    trajectory = driven(spec, 60, gain=gain, bias=2.0 if spec != "rnn" else "keep")
    found = covariant_lyapunov_vectors(trajectory, count=5)
    jacobians = StepJacobians(trajectory, double=True)
    for number in range(len(found.growth)):
        matrix = jacobians.at(found.first + number + 1).plain().numpy()
        image = matrix @ found.vectors[number]
        lengths = np.linalg.norm(image, axis=-2)
        assert (
            parallel(image / lengths[:, None], found.vectors[number + 1]).max() < 1e-8
        )
        assert np.abs(np.log(lengths) - found.growth[number]).max() < 1e-8


@pytest.mark.parametrize("spec", ["rnn", "lstm"])
def test_instantaneous_exponents_average_to_the_exponents(spec):
    trajectory = driven(spec, 1000, gain=2.0)
    found = covariant_lyapunov_vectors(trajectory, count=4, warm_up=100, cool_down=50)
    expected = lyapunov_exponents(trajectory, count=4, warm_up=100).exponents
    assert np.abs(found.exponents.values - expected.values).max() < 0.03


def test_vectors_do_not_depend_on_where_the_backward_pass_begins():
    trajectory = driven("rnn", 300, gain=2.0)
    one = covariant_lyapunov_vectors(trajectory, 3, warm_up=100, cool_down=100)
    two = covariant_lyapunov_vectors(trajectory, 3, warm_up=100, cool_down=60)
    assert parallel(one.vectors, two.vectors[: len(one.vectors)]).max() < 1e-8


def test_angles_of_a_matrix_with_known_eigenvectors():
    nearly = np.radians(0.001)
    basis = torch.tensor([[1.0, np.cos(nearly)], [0.0, np.sin(nearly)]]).double()
    rates = torch.diag(torch.tensor([1.2, 0.4]).double())
    matrix = basis @ rates @ torch.linalg.inv(basis)
    found = covariant_vectors([matrix[None]] * 100, 100)
    assert abs(found.mean_angles.at(index=1)[0] / 0.001 - 1) < 1e-6
    assert abs(found.smallest_angles.at(index=1)[0] / 0.001 - 1) < 1e-6


def test_what_dies_takes_the_slower_ones_away():
    matrix = torch.diag(torch.tensor([2.0, 1.0, 0.0, 0.5])).double()
    found = covariant_vectors([matrix[None]] * 20, 20)
    assert np.isfinite(found.growth[..., :3]).all()
    assert np.isnan(found.growth[..., 3]).all()


def test_settings_that_leave_no_step_are_refused():
    with pytest.raises(ConfigError, match="5 and 5 steps left out of 10"):
        covariant_vectors([torch.eye(2)[None]] * 10, 10, warm_up=5, cool_down=5)
    with pytest.raises(ConfigError, match="3 exponents of 2 directions"):
        covariant_vectors([torch.eye(2)[None]] * 10, 10, count=3)
    with pytest.raises(ConfigError, match="4 Jacobians"):
        covariant_vectors([torch.eye(2)[None]] * 4, 10)
