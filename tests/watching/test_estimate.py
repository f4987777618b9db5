"""The estimate of ln |ds_T/ds_t| beyond the range of float32."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from gradlab.modules import record, replay
from gradlab.watching import estimate
from gradlab.watching.estimate import estimate_product


def replayed(model, x, dtype):
    """Return the trajectory of a model's only layer, from the same states."""
    with record(model) as recorder:
        model(x)[0][-1].sum().backward()
    (run,) = replay(recorder.calls, dtype)
    return run.aligned()[0]


def unscaled(trajectory, seed):
    """Estimate in one pass of float64, without any scaling."""
    found = estimate._pull(trajectory, unit(trajectory, seed))
    return estimate._ln_schatten(found, found.abs().amax((-2, -1)))


def unit(trajectory, seed):
    widths = sum(state.shape[-1] for state in trajectory.states)
    generator = torch.Generator().manual_seed(seed)
    shape = (trajectory.states[0].shape[1], estimate.COTANGENTS, widths)
    drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
    return drawn / drawn.norm(dim=-1, keepdim=True)


def tiny_weights(model):
    model.weight_hh_l0.mul_(1e-18)


def saturated(model):
    model.bias_hh_l0.fill_(12.0)


def huge_weights(model):
    model.weight_hh_l0.copy_(1e8 * torch.eye(6))
    model.weight_ih_l0.abs_()


def as_it_is(model):
    pass


@pytest.mark.parametrize(
    ("kind", "options", "change", "steps"),
    [
        (nn.LSTM, {}, as_it_is, 400),
        (nn.GRU, {}, as_it_is, 700),
        (nn.RNN, {"bias": False}, tiny_weights, 12),
        (nn.RNN, {}, saturated, 12),
        (nn.RNN, {"nonlinearity": "relu", "bias": False}, huge_weights, 6),
    ],
)
def test_the_estimate_in_float32_is_that_of_float64(kind, options, change, steps):
    torch.manual_seed(0)
    model = kind(3, 6, **options)
    with torch.no_grad():
        change(model)
    x = torch.randn(steps, 3, 3)
    x = 1e-30 * x.abs() if change is huge_weights else x
    single = replayed(model, x, torch.float32)
    found = estimate_product(single, torch.Generator().manual_seed(5))
    double = estimate._in_float64(single)
    expected = unscaled(double, 5)
    assert (expected[1:].abs() < 700).all()  # within float64's own range
    assert expected[-1].abs().min() > 90  # and beyond float32's
    assert torch.allclose(found[1:], expected[1:], atol=0.02, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_beyond_float64_too(dtype):
    """An RNN of diagonal weights w, without inputs: its product is w^lag."""
    model = nn.RNN(3, 6, bias=False, dtype=dtype)
    with torch.no_grad():
        model.weight_hh_l0.copy_(1e-20 * torch.eye(6))
    trajectory = replayed(model, torch.zeros(40, 2, 3, dtype=dtype), dtype)
    generator = torch.Generator().manual_seed(0)
    found = estimate_product(trajectory, generator)
    lags = torch.arange(1, 41).double()[:, None]
    same = found[1:] - lags * math.log(1e-20)  # that of the identity, at each lag
    assert torch.allclose(same, same[:1].expand_as(same), atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_exact_zero_is_one_in_its_sequence_alone(dtype):
    model = nn.RNN(1, 4, nonlinearity="relu", dtype=dtype)
    with torch.no_grad():
        model.weight_ih_l0.fill_(1.0)
    x = torch.ones(30, 3, 1, dtype=dtype)
    x[10, 1] = -1e3  # its units are off at step 11 of 30
    found = estimate_product(
        replayed(model, x, dtype), torch.Generator().manual_seed(0)
    )
    zeros = found == -math.inf
    assert not zeros[:, [0, 2]].any()
    assert not zeros[:20, 1].any() and zeros[20:, 1].all()
