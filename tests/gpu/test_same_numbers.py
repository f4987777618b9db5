"""Another device gives the numbers of the CPU along the same stored trajectory.

Each test runs on a device that is not there (``elsewhere.py``), which shows that
nothing is left on the CPU or taken from elsewhere by mistake; and on a GPU, if any.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

import gradlab
from benchmarks import routes
from gradlab import catalog, jacobians
from gradlab.activations.linear import Linear
from gradlab.config.loading import load
from gradlab.initializers import initialize_
from gradlab.runs.measure import measure_group, measures_of
from gradlab.sweeps.plan import plan
from tests.flows import noise
from tests.gpu.elsewhere import Away, Elsewhere
from tests.gpu.places import PLACES, moved, moved_cell, there


MEASURES = tuple(
    name
    for name in gradlab.names("measures")
    if not catalog.metadata("measures", name)["of_training"]
)
TOGETHER_AND_ALONE = [
    pytest.param(list(MEASURES), id="together"),
    *(pytest.param([name], id=name, marks=pytest.mark.slow) for name in MEASURES),
]
CLOSE = {torch.float64: 1e-10, torch.float32: 1e-4}
STEPS = 7


def run_of(spec, dtype, *, hidden=37, length=STEPS):
    cell = gradlab.build(spec, 5, hidden, dtype=dtype)
    initialize_(cell, gain=1.2, seed=0, length=length)
    return gradlab.unroll(cell, noise(3, length, 5, dtype=dtype))


def assert_close(ours, theirs, within):
    """-inf and NaN stand in the same places; the rest is near."""
    plain = np.isfinite(theirs)
    assert np.array_equal(ours[~plain], theirs[~plain], equal_nan=True)
    assert np.abs(ours[plain] - theirs[plain]).max(initial=0.0) < within


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize(
    ("spec", "dtype"),
    [
        ("rnn", torch.float32),
        ("lstm", torch.float64),
        *(
            pytest.param(spec, dtype, marks=pytest.mark.slow)
            for spec, dtype in (
                ("rnn", torch.float64),
                ("gru", torch.float64),
                ("gru", torch.float32),
                ("lstm", torch.float32),
            )
        ),
    ],
    ids=str,
)
def test_norms_of_all_blocks(spec, dtype, device):
    run = run_of(spec, dtype)
    expected = gradlab.jacobian_norms(run, lags=range(STEPS + 1))
    with there(device):
        found = gradlab.jacobian_norms(moved(run, device), lags=range(STEPS + 1))
    assert found.blocks == expected.blocks
    for name in expected.blocks:
        for kind in ("ln_spectral_norm", "ln_frobenius_norm_every_lag"):
            ours, theirs = (
                getattr(norms, kind).at(block=name) for norms in (found, expected)
            )
            assert_close(ours, theirs, CLOSE[dtype])
    assert_close(found.horizon, expected.horizon, 1e-12)


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize(
    ("spec", "blocks"),
    [
        ("rnn", "joint"),
        ("lstm", "all"),
        *(
            pytest.param(spec, blocks, marks=pytest.mark.slow)
            for spec, blocks in (
                ("rnn", ("joint", "hh")),
                ("rnn", "all"),
                ("lstm", "joint"),
                ("lstm", ("joint", "hh", "no_cell_path")),
            )
        ),
    ],
)
def test_norms_at_some_lags(spec, blocks, device):
    """Stretches of steps go from one stored lag to the next."""
    run, lags = run_of(spec, torch.float32, length=16), (0, 1, 2, 6, 12, 16)
    expected = gradlab.jacobian_norms(run, blocks, lags)
    with there(device):
        found = gradlab.jacobian_norms(moved(run, device), blocks, lags)
        assert_close(found.horizon, expected.horizon, 1e-12)
    for name in expected.blocks:
        assert_close(
            found.ln_frobenius_norm_every_lag.at(block=name),
            expected.ln_frobenius_norm_every_lag.at(block=name),
            1e-4,
        )
        assert_close(
            found.ln_spectral_norm.at(block=name),
            expected.ln_spectral_norm.at(block=name),
            1e-4,
        )


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize(
    ("spec", "dtype"),
    [
        ("rnn", torch.float64),
        ("lstm", torch.float32),
        *(
            pytest.param(spec, dtype, marks=pytest.mark.slow)
            for spec, dtype in (
                ("rnn", torch.float32),
                ("gru", torch.float64),
                ("gru", torch.float32),
                ("lstm", torch.float64),
            )
        ),
    ],
    ids=str,
)
def test_rows_of_h_steps_triangle_and_product(spec, dtype, device):
    run = run_of(spec, dtype)

    def everything(trajectory):
        norms = routes.gradlab_norms(trajectory)
        yield norms.spectral
        yield norms.frobenius
        yield jacobians.step_norms(trajectory)
        yield jacobians.triangle(trajectory, side=8).ln_norms
        product = jacobians.scaled_product(trajectory, STEPS - 4)
        yield jacobians.log_singular_values(product)[..., :3]
        yield product.ln_frobenius()
        yield 100 * product.value().cpu().numpy()  # entries of about 1/100

    expected = list(everything(run))
    with there(device):
        for ours, theirs in zip(everything(moved(run, device)), expected, strict=True):
            assert_close(ours, theirs, CLOSE[dtype])


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize("size", [1e-38, 1e37])
def test_steps_at_the_ends_of_float32(size, device):
    """Rescaling by more than one power of two of float32 can hold."""
    cell = gradlab.build("rnn", 5, 16, activation=Linear())
    with torch.no_grad():
        cell.weight_hh.copy_(size * torch.eye(16))
        cell.weight_ih.zero_()
        cell.bias_ih.zero_()
        cell.bias_hh.zero_()
    run = gradlab.unroll(cell, torch.zeros(2, 9, 5))
    with there(device):
        found = gradlab.jacobian_norms(moved(run, device), lags=range(10))
        value = jacobians.scaled_product(moved(run, device)).ln_frobenius()
    ln = np.log(np.float32(size).astype(float)) * np.arange(10)
    assert_close(found.ln_spectral_norm.at(block="joint"), np.stack([ln, ln], -1), 1e-3)
    assert_close(value, ln[[-1, -1]] + np.log(4), 1e-3)


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize(
    "spec", ["lstm:peephole+proj=5", pytest.param("gru", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("measures", TOGETHER_AND_ALONE)
def test_every_measure(measures, spec, device, whole_parameters):
    """Three points of a sweep together, in float64; not measured is not there, too."""
    asked = {"cell": [spec], "hidden": 10, "length": 8, "dtype": "float64"}
    asked |= {"features": 4, "measures": measures, "initial_state": "gaussian"}
    planned = plan(load(asked, seeds=3))
    points = list(planned.points.values())
    leaves = measures_of(next(iter(planned.requirements.values())))
    assert {leaf.name for leaf in leaves} == set(measures)
    expected = measure_group(points, leaves)
    with there(device):
        found = measure_group([replace(p, device=device) for p in points], leaves)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.keys() == theirs.keys()
        for name in theirs:
            for own, other in zip(ours[name], theirs[name], strict=True):
                assert_close(own.values, other.values, 1e-8)


@pytest.fixture
def whole_parameters():
    """Let ``cell.to`` put new parameters in place: ours are of another class."""
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    yield
    torch.__future__.set_overwrite_module_params_on_conversion(False)


def test_the_device_that_is_not_there_refuses_a_mixture():
    away = Away(torch.ones(3))
    assert (away + 1).device.type == "meta"
    assert (away * torch.tensor(2.0)).cpu().tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(RuntimeError, match=r"of shape \(3,\) is on the CPU"):
        away + torch.ones(3)
    with pytest.raises((RuntimeError, TypeError)):
        away.numpy()
    with Elsewhere():
        assert isinstance(torch.ones(2).to("meta"), Away)
        assert isinstance(torch.zeros(2, device="meta"), Away)
        assert isinstance(torch.tensor([1, 2], device="meta"), Away)
        assert not isinstance(torch.zeros(2), Away)


@pytest.mark.parametrize("device", PLACES)
@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm", "lstm:peephole"])
def test_training(spec, device):
    cell = initialize_(gradlab.build(spec, 6, 8), seed=0)
    expected = gradlab.train(cell, "lag:5", updates=6)
    with there(device):
        found = gradlab.train(moved_cell(cell, device), "lag:5", updates=6)
        assert {p.device.type for p in found.cell.parameters()} == {device}
    assert_close(found.losses.values, expected.losses.values, 1e-4)
