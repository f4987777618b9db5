"""QR exponents against what is known in closed form of random matrices."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from scipy.special import digamma, polygamma

from gradlab.exponents import qr_exponents
from gradlab.seeding import stream


def ginibre(width: int, systems: int, steps: int, gain=1.0) -> Iterator[torch.Tensor]:
    """Matrices with independent entries of variance gain^2 / n."""
    draw = stream(1, "ginibre", width)
    for _ in range(steps):
        entries = draw.normal(size=(systems, width, width)) * gain / np.sqrt(width)
        yield torch.from_numpy(entries)


def newman(width: int, gain=1.0) -> np.ndarray:
    """Newman 1986: 1/2 [ln 2 + psi((n - k + 1) / 2)] + ln(gain / sqrt n)."""
    halves = (width - np.arange(width)) / 2
    return (np.log(2) + digamma(halves)) / 2 + np.log(gain / np.sqrt(width))


def variance(width: int) -> np.ndarray:
    """Of one step's growth of the k-th direction: psi'((n - k + 1) / 2) / 4."""
    return polygamma(1, (width - np.arange(width)) / 2) / 4


def apart(found, expected, samples: int) -> np.ndarray:
    """How far the mean over systems is off, in standard errors."""
    error = np.sqrt(variance(len(expected)) / samples)
    return np.abs(found.mean(axis=0) - expected) / error


def test_newmans_numbers_as_they_are_printed():
    assert newman(2)[0] == pytest.approx(-0.288608, abs=1e-6)
    assert newman(8)[[0, -1]] == pytest.approx([-0.065088, -1.674902], abs=1e-6)
    assert newman(32)[[0, -1]] == pytest.approx([-0.015788, -2.368049], abs=1e-6)
    assert -np.diff(newman(2))[0] == pytest.approx(np.log(2))


def holds(width, systems, steps):
    found = qr_exponents(ginibre(width, systems, steps), steps, warm_up=0)
    assert apart(found.exponents.values.T, newman(width), systems * steps).max() < 4
    assert found.sum_rule_residual.values.max() < 1e-12 * width


@pytest.mark.parametrize(
    ("width", "systems", "steps"), [(2, 20, 1000), (8, 20, 400), (32, 4, 400)]
)
def test_newmans_exponents(width, systems, steps):
    holds(width, systems, steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "systems", "steps"), [(2, 20, 10_000), (8, 10, 4000), (32, 4, 1500)]
)
def test_newmans_exponents_closer(width, systems, steps):
    holds(width, systems, steps)


def test_the_gain_is_added_to_every_exponent():
    of = [qr_exponents(ginibre(8, 3, 50, g), 50).exponents.values.T for g in (1.0, 3.0)]
    assert np.abs(of[1] - of[0] - np.log(3)).max() < 1e-12


def test_the_spread_of_one_steps_growth():
    """The variance of the log growth per step, within 3 %."""
    width, systems, steps = 4, 40, 1000
    found = qr_exponents(ginibre(width, systems, steps), steps, warm_up=0, blocks=steps)
    assert found.increments.shape == (steps, systems, width)
    measured = found.increments.reshape(-1, width).var(axis=0)
    assert measured / variance(width) == pytest.approx(np.ones(width), abs=0.03)


def test_orthogonal_matrices_times_a_gain():
    """Every exponent is ln g: nothing is stretched."""
    gain, width = 1.1, 16
    draw = stream(0, "haar")

    def haar():
        q, r = np.linalg.qr(draw.normal(size=(2, width, width)))
        return torch.from_numpy(gain * q * np.sign(r.diagonal(0, 1, 2))[:, None])

    found = qr_exponents((haar() for _ in range(200)), 200)
    assert np.abs(found.exponents.values.T - np.log(gain)).max() < 1e-12


def test_powers_of_one_matrix_give_the_sizes_of_its_eigenvalues():
    matrix = torch.from_numpy(stream(3, "fixed").normal(size=(1, 6, 6)))
    found = qr_exponents((matrix for _ in range(6000)), 6000)
    sizes = torch.linalg.eigvals(matrix[0]).abs().log().sort(descending=True).values
    assert np.abs(found.exponents.values.T[0] - sizes.numpy()).max() < 2e-3


CYCLE = 0.6 * stream(8, "cycle").normal(size=(3, 3, 3))
"""Three fixed matrices, taken in turn: J_3 J_2 J_1 grows, J_1 J_2 J_3 dies."""


def cycle_truth(matrices) -> np.ndarray:
    product = matrices[2] @ matrices[1] @ matrices[0]
    return np.sort(np.log(np.abs(np.linalg.eigvals(product))) / 3)[::-1]


def of_cycle(matrices) -> np.ndarray:
    turns = (torch.from_numpy(matrices[t % 3][None]) for t in range(3000))
    return qr_exponents(turns, 3000, warm_up=300).exponents.values.T[0]


def test_a_cycle_of_three_and_the_transpose_in_the_wrong_order():
    """J^T in forward time order is another product: here it dies, and ours grows."""
    right = of_cycle(CYCLE)
    adjoint = of_cycle(CYCLE[::-1].swapaxes(-1, -2))
    wrong = of_cycle(CYCLE.swapaxes(-1, -2))
    assert np.abs(right - cycle_truth(CYCLE)).max() < 2e-3
    assert np.abs(adjoint - right).max() < 2e-3
    assert right[0] > 0.1
    assert wrong[0] < -0.2
    assert wrong.sum() == pytest.approx(right.sum(), abs=1e-9)
