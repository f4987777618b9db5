"""Spectra far outside float64's range, where zero rows must not set a scale."""

import mpmath
import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.activations.linear import Linear
from gradlab.activations.relu import ReLU
from gradlab.spectra import singular_spectra
from gradlab.spectra.graded import GradedProduct
from gradlab.spectra.trajectory_spectra import ln_singular_values
from gradlab.trajectory import unroll


WIDTHS = (1, 2, 15, 16, 17, 20, 33)
CPU = torch.device("cpu")


def grown(matrices):
    product = GradedProduct(1, matrices[0].shape[-1], CPU)
    for matrix in matrices:
        product.advance(matrix.double()[None])
    return ln_singular_values(product)[0]


def orthogonal(size, seed=0):
    drawn = np.random.default_rng(seed).standard_normal((size, size))
    return torch.from_numpy(np.linalg.qr(drawn)[0])


def constant(weight, length, *, activation=None, inputs=0.0, dtype=torch.float64):
    """Return an RNN's run over constant inputs, without biases."""
    size = weight.shape[-1]
    cell = cells.build("rnn", 1, size, activation=activation or Linear(), dtype=dtype)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.weight_hh.copy_(weight)
        cell.weight_ih.copy_(torch.as_tensor(inputs).expand(size)[:, None])
    return unroll(cell, torch.ones(1, length, 1, dtype=dtype))


def test_half_an_orthogonal_matrix_over_twelve_hundred_steps():
    """Every value is 2^-1200, ln -831.78, and the determinant 2^-24000."""
    spectra = singular_spectra(constant(0.5 * orthogonal(20), 1200), [1200])
    np.testing.assert_allclose(
        spectra.ln_singular_values, -1200 * np.log(2), rtol=0, atol=1e-9
    )
    assert spectra.log_abs_det.values[0, 0] == pytest.approx(
        -24000 * np.log(2), abs=1e-7
    )


@pytest.mark.parametrize("gain", [1e-3, 1e3])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_value_below_and_above_the_range_of_float64(width, gain):
    """A gain times an orthogonal matrix: every value is gain^T."""
    trajectory = constant(gain * orthogonal(width), 110)
    spectra = singular_spectra(trajectory, [100, 107, 108, 110])
    for k, lag in enumerate(spectra.lags):
        expected = lag * np.log(gain)
        np.testing.assert_allclose(
            spectra.ln_singular_values.values[k, :, 0], expected, rtol=0, atol=1e-9
        )
        volume = pytest.approx(width * expected, abs=1e-7)
        assert spectra.log_abs_det.values[k, 0] == volume
        assert spectra.log_abs_det_by_lu.values[k, 0] == volume
    np.testing.assert_allclose(spectra.stable_rank, width, rtol=1e-9)


@pytest.mark.parametrize("width", [2, 16, 20])
def test_a_float32_trajectory_beyond_every_range(width):
    weight = 0.001 * orthogonal(width)
    trajectory = constant(weight, 120, dtype=torch.float32)
    found = singular_spectra(trajectory, [120]).ln_singular_values.values[0, :, 0]
    np.testing.assert_allclose(found, 120 * np.log(0.001), rtol=0, atol=1e-3)


@pytest.mark.parametrize("middle", [-40.0, 0.0, 40.0])
@pytest.mark.parametrize("width", WIDTHS)
def test_spectra_of_four_hundred_nats_around_scales_of_any_size(width, middle):
    """O S O^T to the 50th: the values are S's, to the 50th."""
    rates = np.linspace(-4, 4, width) + middle
    turn = orthogonal(width)
    step = turn * torch.from_numpy(np.exp(rates)) @ turn.mT
    expected = np.sort(50 * rates)[::-1]
    np.testing.assert_allclose(grown([step] * 50), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("gain", [1e-9, 1e9])
@pytest.mark.parametrize("width", WIDTHS)
def test_rows_that_are_exactly_zero_next_to_rows_beyond_the_range(width, gain):
    """Half the columns are cut; the others keep their scale, whatever the width."""
    left = (width + 1) // 2
    cut = orthogonal(width)
    cut[:, left:] = 0.0
    steps = [gain * orthogonal(width, seed) for seed in range(45)]
    found = grown([*steps, cut])
    expected = 45 * np.log(gain)
    np.testing.assert_allclose(found[:left], expected, rtol=0, atol=1e-9)
    assert np.isneginf(found[left:]).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("width", [2, 15, 16, 20])
def test_relu_units_that_are_off_do_not_set_the_scale_of_the_others(width, dtype):
    """Units that are on form a diagonal; the others are zero rows and columns."""
    inputs = torch.where(torch.arange(width) % 2 == 0, 1.0, -1.0).to(dtype)
    rates = torch.linspace(0.001, 0.003, width).to(dtype)
    trajectory = constant(
        torch.diag(rates), 150, activation=ReLU(), inputs=inputs, dtype=dtype
    )
    found = singular_spectra(trajectory, [150]).ln_singular_values.values[0, :, 0]
    on = np.sort(150 * np.log(rates[::2].double().numpy()))[::-1]
    np.testing.assert_allclose(found[: len(on)], on, rtol=0, atol=1e-9)
    assert np.isneginf(found[len(on) :]).all()


def test_a_spectrum_has_the_same_bits_next_to_one_of_another_scale():
    low = [1e-20 * orthogonal(20, seed) for seed in range(30)]
    high = [1e20 * orthogonal(20, seed) for seed in range(30, 60)]
    both = GradedProduct(2, 20, CPU)
    for pair in zip(low, high, strict=True):
        both.advance(torch.stack(pair))
    found = ln_singular_values(both)
    np.testing.assert_array_equal(found[0], grown(low))
    np.testing.assert_array_equal(found[1], grown(high))


def many_digits(matrices, digits=600):
    mpmath.mp.dps = digits
    product = mpmath.eye(matrices[0].shape[-1])
    for matrix in matrices:
        product = product * mpmath.matrix(matrix.tolist())
    values = mpmath.svd_r(product, compute_uv=False)
    return -np.sort([-float(mpmath.log(value)) for value in values])


def drawn(width, gain, steps, seed):
    random = np.random.default_rng(seed)
    return list(torch.from_numpy(gain * random.normal(size=(steps, width, width))))


@pytest.mark.parametrize(("width", "gain"), [(2, 1e-25), (5, 1e25), (7, 1e-25)])
def test_random_products_beyond_the_range_in_many_digits(width, gain):
    steps = drawn(width, gain, 30, seed=width)
    np.testing.assert_allclose(grown(steps), many_digits(steps), rtol=0, atol=1e-9)


@pytest.mark.trials
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("width", [2, 5, 12, 16, 17])
def test_many_random_products_in_many_digits(width, seed):
    gain = 10.0 ** np.random.default_rng(seed).uniform(-12, 12)
    steps = drawn(width, gain, 120, seed=1000 * width + seed)
    np.testing.assert_allclose(grown(steps), many_digits(steps), rtol=0, atol=1e-8)
