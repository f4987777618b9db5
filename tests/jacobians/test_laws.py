"""The chain against mathematics: what must come out, at any length."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.activations.linear import Linear
from gradlab.activations.relu import ReLU
from gradlab.cells.base import RecurrentProduct
from gradlab.jacobians import (
    JacobianNorms,
    jacobian_norms,
    log_singular_values,
    scaled_product,
)
from gradlab.seeding import stream
from gradlab.trajectory import unroll
from tests.flows import FEATURES, built, default, noise
from tests.jacobians.networks import ran


LENGTHS = (2_000, pytest.param(10_000, marks=pytest.mark.slow))


def orthogonal(size, seed=0):
    q, r = np.linalg.qr(stream(seed, "orthogonal").normal(size=(size, size)))
    return torch.from_numpy(q * np.sign(np.diag(r)))


def linear_rnn(weight):
    cell = cells.build(
        "rnn", 1, len(weight), activation=Linear(), dtype=torch.float64, bias=False
    )
    with torch.no_grad():
        cell.weight_hh.copy_(weight)
    return cell


@pytest.mark.parametrize("length", LENGTHS)
def test_orthogonal_weights_keep_every_singular_value_over_thousands_of_steps(length):
    size = 8
    trajectory = still(linear_rnn(orthogonal(size)), length)
    product = scaled_product(trajectory)
    values = log_singular_values(product)[0]
    assert abs(values[0]) < 1e-11
    assert abs(values[-1]) < 1e-11
    assert abs(product.ln_frobenius()[0] - np.log(size) / 2) < 1e-11


@pytest.mark.parametrize("length", LENGTHS)
def test_halving_thousands_of_times_is_exact_far_below_any_float(length):
    trajectory = still(linear_rnn(0.5 * orthogonal(8)), length)
    norms = jacobian_norms(trajectory, lags=(length,))
    expected = length * np.log(0.5)
    assert abs(norms.ln_spectral_norm.at(block="joint")[-1, 0] / expected - 1) < 1e-9
    frobenius = (
        norms.ln_frobenius_norm_every_lag.at(block="joint")[-1, 0] - np.log(8) / 2
    )
    assert abs(frobenius / expected - 1) < 1e-9
    assert norms.horizon == 10


def still(cell, steps):
    dtype = cell.weight_hh.dtype
    return unroll(cell, torch.zeros(1, steps, 1, dtype=dtype))


def test_float32_agrees_with_float64_along_the_same_trajectory():
    """To 1e-4 in ln norm, where the product is far below float32's range."""
    cell = built("lstm", hidden=33, gain=1.0).float()
    trajectory = unroll(cell, noise(2, 300, FEATURES, dtype=torch.float32))
    coarse = jacobian_norms(trajectory)
    fine = jacobian_norms(upcast(trajectory))
    assert fine.ln_spectral_norm.at(block="joint")[-1].max() < np.log(1e-38)
    assert coarse.blocks == fine.blocks
    for block in fine.blocks:
        for one, other in (
            (
                coarse.ln_frobenius_norm_every_lag.at(block=block),
                fine.ln_frobenius_norm_every_lag.at(block=block),
            ),
            (
                coarse.ln_spectral_norm.at(block=block),
                fine.ln_spectral_norm.at(block=block),
            ),
        ):
            finite = np.isfinite(other)
            assert (finite == np.isfinite(one)).all()
            assert np.abs(one[finite] - other[finite]).max() < 1e-4, block


def upcast(trajectory):
    """The same stored numbers in float64, and the cell's parameters with them."""
    return replace(
        trajectory,
        cell=copy.deepcopy(trajectory.cell).double(),
        inputs=trajectory.inputs.double(),
        states=tuple(s.double() for s in trajectory.states),
        gates={k: v.double() for k, v in trajectory.gates.items()},
        pre_activations={k: v.double() for k, v in trajectory.pre_activations.items()},
        recurrent=tuple(
            RecurrentProduct(use.rows, use.operand.double(), use.product.double())
            for use in trajectory.recurrent
        ),
    )


def test_steps_that_shrink_or_grow_by_1e30_stay_exact():
    """The powers of two taken out keep float32 in range from step to step."""
    for scale in (1e-30, 1e30):
        cell = linear_rnn(scale * orthogonal(5)).float()
        trajectory = unroll(cell, torch.zeros(2, 12, 1))
        norms = jacobian_norms(trajectory)
        assert np.allclose(
            norms.ln_spectral_norm.at(block="joint")[-1], 12 * np.log(scale), rtol=1e-6
        )


def test_an_exact_zero_is_a_result():
    """ReLU units that are all off make the product zero, from that lag on."""
    cell = cells.build("rnn", 1, 4, activation=ReLU(), dtype=torch.float64)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.weight_hh.copy_(torch.eye(4))
        cell.weight_ih.fill_(1.0)
    inputs = torch.ones(2, 8, 1, dtype=torch.float64)
    inputs[0, 4] = -100.0
    norms = jacobian_norms(unroll(cell, inputs))
    assert (norms.ln_frobenius_norm_every_lag.at(block="joint")[4:, 0] == -np.inf).all()
    assert (norms.ln_spectral_norm.at(block="joint")[:, 1] == 0).all()
    assert norms.horizon == 4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm"])
def test_a_sequence_that_is_not_finite_spoils_no_other(spec, dtype):
    cell = built(spec, gain=2.0, hidden=40).to(dtype)
    inputs = noise(3, 30, FEATURES, dtype=dtype)
    clean = jacobian_norms(unroll(cell, inputs))
    inputs[1, 20] = torch.nan
    spoilt = jacobian_norms(unroll(cell, inputs))
    for block in clean.blocks:
        for name in ("ln_spectral_norm", "ln_frobenius_norm_every_lag"):
            one, other = (getattr(n, name).at(block=block) for n in (clean, spoilt))
            assert np.array_equal(one[:, [0, 2]], other[:, [0, 2]]), block
            assert np.isnan(other[-1, 1]), block
    assert np.isnan(spoilt.horizon)


def slow_horizon(norms: JacobianNorms, length: int) -> float:
    mean = norms.ln_spectral_norm.at(block="joint").mean(axis=-1)
    assert norms.lags == tuple(range(length + 1))
    below = mean < np.log(1e-3)
    return float(np.argmax(below)) if below.any() else np.inf


@pytest.mark.parametrize(
    ("spec", "dtype"),
    [
        ("rnn", torch.float32),
        ("rnn", torch.float64),
        ("gru", torch.float64),
        ("lstm", torch.float32),
        pytest.param("gru", torch.float32, marks=pytest.mark.slow),
        pytest.param("lstm", torch.float64, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_the_horizon_inside_its_bracket_is_that_of_all_lags(spec, dtype):
    length = 90
    many = cells.ensemble(
        [built(spec, hidden=12, seed=s, gain=g, dtype=dtype) for s, g in GAINS]
    )
    inputs = noise(len(GAINS), 2, length, FEATURES, dtype=dtype)
    together = jacobian_norms(unroll(many, inputs)).horizon
    for k, (seed, gain) in enumerate(GAINS):
        cell = built(spec, hidden=12, seed=seed, gain=gain, dtype=dtype)
        trajectory = unroll(cell, inputs[k])
        every = jacobian_norms(trajectory, lags=range(length + 1))
        assert together[k] == slow_horizon(every, length) == every.horizon
    assert len(set(together)) > 2


GAINS = ((0, 0.2), (1, 1.0), (2, 1.3), (3, 1.5), (4, 4.0))


def test_lags_outside_the_trajectory_are_refused():
    trajectory = unroll(built("rnn"), noise(1, 5, FEATURES))
    with pytest.raises(ValueError, match="whole numbers from 0 to 5"):
        jacobian_norms(trajectory, lags=[6])
    with pytest.raises(LookupError, match="Expected one of hh, joint"):
        jacobian_norms(trajectory, ["cc"])


def test_one_block_alone_has_the_numbers_it_has_among_all():
    trajectory = default("lstm")
    whole, one = jacobian_norms(trajectory), jacobian_norms(trajectory, ["hc"])
    assert one.blocks == ("hc",)
    assert np.array_equal(
        one.ln_frobenius_norm_every_lag.at(block="hc"),
        whole.ln_frobenius_norm_every_lag.at(block="hc"),
    )
    assert np.array_equal(one.horizon, whole.horizon)


def test_norms_go_through_a_pipe_with_their_horizon():
    trajectory = ran("lstm", hidden=20, length=40)
    norms = jacobian_norms(trajectory, "joint")
    again = pickle.loads(pickle.dumps(norms))
    assert again.lags == norms.lags and again.threshold == norms.threshold
    np.testing.assert_array_equal(again.horizon, norms.horizon)
    np.testing.assert_array_equal(
        again.ln_spectral_norm.at(block="joint"),
        norms.ln_spectral_norm.at(block="joint"),
    )
