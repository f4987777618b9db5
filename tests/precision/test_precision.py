"""Lags of number formats against real products computed in them."""

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.activations.linear import Linear
from gradlab.initializers import initialize_
from gradlab.initializers.orthogonal import Orthogonal
from gradlab.jacobians import jacobian_norms
from gradlab.measures import MeasureContext, measure
from gradlab.paths import ln_conveyor_products
from gradlab.precision import (
    FORMATS,
    norm_underflow_lags,
    overflow_lags,
    stall_lags,
    stall_level,
    underflow_lags,
    zero_lags,
)
from gradlab.trajectory import unroll
from tests.flows import TwoStates, noise, run
from tests.gpu.places import NO_GPU


DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
BY_DTYPE = dict(zip(DTYPES, FORMATS, strict=True))
HALVING, DOUBLING = -np.log(2.0) * np.arange(2200), np.log(2.0) * np.arange(2200)


def chain(factor: float, dtype: torch.dtype, most: int = 2200) -> torch.Tensor:
    """Return factor^n in the format, n = 0, 1, ..; until it moves no more."""
    factor, products = torch.tensor(factor, dtype=dtype), [torch.ones((), dtype=dtype)]
    while len(products) < most:
        following = products[-1] * factor
        if following == products[-1]:
            break
        products.append(following)
    return torch.stack(products)


@pytest.mark.parametrize(
    ("dtype", "zero", "infinite"),
    list(zip(DTYPES, (25, 134, 150, 1075), (16, 128, 128, 1024), strict=True)),
)
def test_where_powers_of_two_end(dtype, zero, infinite):
    form = BY_DTYPE[dtype]
    assert zero_lags(HALVING, form) == zero
    assert overflow_lags(DOUBLING, form) == infinite
    halves, doubles = chain(0.5, dtype), chain(2.0, dtype)
    assert int((halves == 0).nonzero()[0]) == zero
    assert int(doubles.isinf().nonzero()[0]) == infinite
    below = (halves < torch.finfo(dtype).tiny).nonzero()[0]
    assert underflow_lags(HALVING, form) == int(below)
    none = (halves * halves == 0).nonzero()[0]
    assert norm_underflow_lags(HALVING, form) == int(none)


def test_where_denormals_are_flushed_zero_comes_sooner():
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor cannot flush denormals")
    try:
        first = int((chain(0.5, torch.float32) == 0).nonzero()[0])
        halves = chain(0.5, torch.float32)
        none = int((halves * halves == 0).nonzero()[0])
    finally:
        torch.set_flush_denormal(False)
    form = BY_DTYPE[torch.float32]
    assert zero_lags(HALVING, form, flush=True) == first == 127
    assert norm_underflow_lags(HALVING, form, flush=True) == none == 64


def test_a_norm_underflows_long_before_its_entries():
    entries = torch.full((100,), 1e-23)
    assert (entries > torch.finfo(torch.float32).tiny).all()
    assert torch.linalg.vector_norm(entries) == 0
    ln_entry = np.log(np.full(1, 1e-23))
    assert norm_underflow_lags(ln_entry, BY_DTYPE[torch.float32]) == 0
    assert underflow_lags(ln_entry, BY_DTYPE[torch.float32]) == np.inf


def test_a_forget_bias_of_one_goes_below_tiny_at_step_279_of_float32():
    for bias, lag in ((1.0, 279), (3.0, 1798), (5.0, 13006)):
        ln_gate = -np.log1p(np.exp(-bias))
        curve = ln_gate * np.arange(14000)
        assert underflow_lags(curve, BY_DTYPE[torch.float32]) == lag
    real = chain(1 / (1 + np.exp(-1.0)), torch.float32)
    assert int((real < torch.finfo(torch.float32).tiny).nonzero()[0]) == 279


@pytest.mark.parametrize("dtype", DTYPES[:3])
@pytest.mark.parametrize("factor", [0.55, 0.731059, 0.8, 0.9, 0.9526, 0.98])
def test_products_come_to_rest_above_zero(dtype, factor):
    form = BY_DTYPE[dtype]
    real = chain(factor, dtype, most=12000)
    kept = float(torch.tensor(factor, dtype=dtype))
    assert float(real[-1].double()) / form.smallest == stall_level(kept)
    found = stall_lags(np.log(kept) * np.arange(12000), form)
    bias = 0.04 if dtype == torch.bfloat16 else 0.0
    lag = len(real) - 1
    assert abs(found - lag) <= 2 + 0.5 / (1 - kept) + bias * lag


def test_at_a_half_and_below_products_do_end_at_zero():
    for dtype in DTYPES[:3]:
        for factor in (0.5, 0.45, 0.1):
            assert chain(factor, dtype)[-1] == 0
            curve = np.log(factor) * np.arange(2000)
            assert stall_lags(curve, BY_DTYPE[dtype]) == np.inf
    assert np.isnan(stall_level(1.0)) and np.isnan(stall_level(1.5))
    assert stall_lags(np.zeros(100), BY_DTYPE[torch.float16]) == np.inf


def test_curves_that_break_or_do_not_get_there():
    curves = np.array([[0.0, 0.0, 0.0], [-99.0, np.nan, -1.0], [np.nan, -99.0, -2.0]])
    found = underflow_lags(curves, BY_DTYPE[torch.float32])
    assert np.array_equal(found, [1.0, np.nan, np.inf], equal_nan=True)
    dead = underflow_lags(np.array([0.0, -np.inf]), BY_DTYPE[torch.float64])
    assert dead == 1


def linear(gain: float, steps: int):
    cell = cells.build("rnn", 2, 16, activation=Linear(), dtype=torch.float64)
    initialize_(cell, Orthogonal(), gain=gain, seed=0)
    return cell, unroll(cell, noise(2, steps, 2))


@pytest.mark.parametrize("dtype", DTYPES[:3])
@pytest.mark.parametrize("gain", [0.4, 2.5])
def test_the_measure_tells_where_a_real_product_of_matrices_ends(dtype, gain):
    steps = 160
    cell, trajectory = linear(gain, steps)
    found = measure(trajectory, ["finite_precision"])["finite_precision"]
    row = found.at(block=BY_DTYPE[dtype].name)
    lags = dict(zip(found.coords["index"], row, strict=True))
    weight = cell.weight_hh.detach().to(dtype)
    product, sizes = torch.eye(16, dtype=dtype), []
    for _ in range(steps):
        product = product @ weight
        sizes.append(float(product.abs().max()))
    sizes = np.array([1.0, *sizes])
    if gain < 1:
        lag = int(lags["underflow"])
        assert (sizes[lag:] < torch.finfo(dtype).tiny).all()
        assert sizes[lag - 4] > torch.finfo(dtype).tiny
        assert lags["overflow"] == np.inf
        assert lags["norm_underflow"] < lags["underflow"] or dtype == torch.float16
    else:
        lag = int(lags["overflow"])
        largest = torch.finfo(dtype).max
        assert not (sizes[lag + 4 :] <= largest).any()
        assert (sizes[: lag - 1] <= largest).all()
        assert lags["underflow"] == np.inf
    assert np.isnan(lags["stalled"])


def test_the_lags_are_those_of_the_chain_and_the_gates():
    trajectory = run(initialize_(cells.build("lstm", 3, 7), seed=0), steps=120)
    context = MeasureContext(trajectory)
    found = measure(trajectory, ["finite_precision"])["finite_precision"].values
    mean = context.norms.ln_frobenius_norm_every_lag.at(block="joint").mean(axis=-1)
    half = FORMATS[0]
    assert found[0, 0] == next(k for k, v in enumerate(mean) if np.exp(v) < half.tiny)
    gates = trajectory.gates["forget_gate"].double().log().flip(0).cumsum(0).numpy()
    units = ln_conveyor_products(trajectory)
    assert np.allclose(units[1:], gates, rtol=1e-6)
    stalls = stall_lags(units, half)
    assert np.isfinite(stalls).any()
    assert found[0, 3] == stalls.min()
    means = np.exp(units[-1] / trajectory.length)
    assert ((means > 0.5) | np.isinf(stalls)).all()


def test_wider_formats_last_longer():
    trajectory = run(initialize_(cells.build("gru", 3, 7), seed=0), steps=250)
    found = measure(trajectory, ["finite_precision"])["finite_precision"].values
    assert (np.diff(found[[0, 2, 3], 0]) > 0).all()
    assert (found[:3, 1] < found[:3, 0]).sum() >= 2
    assert np.isinf(found[:, 2]).all()


def test_a_cell_of_ones_own_without_a_conveyor():
    found = measure(run(TwoStates()), ["finite_precision"])["finite_precision"].values
    assert np.isnan(found[:, 3]).all()
    assert ln_conveyor_products(run(TwoStates())) is None


def test_lags_are_finite_only_where_norms_get_there():
    _, trajectory = linear(1.0, 40)
    norms = jacobian_norms(trajectory, "joint")
    assert (
        np.abs(norms.ln_frobenius_norm_every_lag.at(block="joint") - np.log(4.0)) < 1e-9
    ).all()
    found = measure(trajectory, ["finite_precision"])["finite_precision"].values
    assert np.isinf(found[:, :3]).all()


@pytest.mark.gpu
@NO_GPU
def test_the_lags_are_the_same_on_an_accelerator():
    cell = initialize_(cells.build("lstm", 3, 8, dtype=torch.float64), seed=0)
    inputs = noise(2, 100, 3)
    here = measure(unroll(cell, inputs), ["finite_precision", "decay_shape"])
    there = unroll(cell.cuda(), inputs.cuda())
    for name, reading in measure(there, ["finite_precision", "decay_shape"]).items():
        expected = np.asarray(here[name].values)
        assert np.allclose(reading.values, expected, rtol=1e-6, equal_nan=True)
