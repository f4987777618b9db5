import numpy as np
import pytest
import torch

from gradlab import cells, unroll
from gradlab.errors import ConfigError
from gradlab.initializers import initialize_
from gradlab.jacobians import input_connectivity, jacobian_norms
from tests.flows import CELLS, TwoStates, built, default, noise, run


def by_autograd(trajectory, lag):
    """dh_T/dx_{T - lag} of every sequence, through one graph over all the steps."""
    cell, length = trajectory.cell, trajectory.length
    inputs = trajectory.inputs.detach().clone().requires_grad_()
    with torch.enable_grad():
        state = tuple(s[0] for s in trajectory.states)
        for x in inputs:
            state = cell.step(x, state).state
        h = state[cell.output_state]
        rows = [
            torch.autograd.grad(h[:, k].sum(), inputs, retain_graph=True)[0]
            for k in range(h.shape[-1])
        ]
    return torch.stack(rows, -2)[length - 1 - lag]


@pytest.mark.parametrize("spec", [*CELLS, "lstm:layers=2"])
def test_the_norms_are_autograds(spec):
    trajectory = default(spec)
    lags = range(trajectory.length)
    found = input_connectivity(trajectory, lags)
    assert found.ln_spectral_norm.coords["lag"] == tuple(lags)
    for lag in lags:
        matrices = by_autograd(trajectory, lag)
        for ours, order in (
            (found.ln_spectral_norm, 2),
            (found.ln_frobenius_norm, "fro"),
        ):
            norm = torch.linalg.matrix_norm(matrices, order).log()
            np.testing.assert_allclose(ours.at(lag=lag), norm, rtol=0, atol=1e-10)


def test_a_users_cell_has_it_too():
    trajectory = run(TwoStates())
    found = input_connectivity(trajectory, [0, 4])
    norm = torch.linalg.matrix_norm(by_autograd(trajectory, 4)).log()
    np.testing.assert_allclose(
        found.ln_frobenius_norm.at(lag=4), norm, rtol=0, atol=1e-10
    )


def test_far_below_the_range_of_a_float():
    """With W_ih square and orthogonal, |dh_T/dx_t| is |dh_T/dh_t D(phi')|."""
    cell = cells.build("rnn", 6, 6, dtype=torch.float64, seed=0)
    initialize_(cell, gain=0.01, seed=0)
    trajectory = unroll(cell, torch.zeros(1, 400, 6, dtype=torch.float64))
    with torch.no_grad():
        cell.weight_ih.copy_(torch.linalg.qr(noise(6, 6)).Q)
    found = input_connectivity(trajectory, [399])
    assert found.ln_spectral_norm.values[0, 0] < -1500
    norms = jacobian_norms(trajectory, lags=[399])
    slope = 1 - trajectory.states[0][1] ** 2
    low, high = slope.min().log().item(), slope.max().log().item()
    distance = found.ln_spectral_norm.values[0, 0] - norms.ln_spectral_norm.at(
        block="hh", lag=399, sequence=0
    )
    assert low - 1e-9 <= distance <= high + 1e-9


def test_what_breaks_is_nan_from_there_on():
    trajectory = run(built("gru"))
    trajectory.states[0][5, 1] = torch.nan
    found = input_connectivity(trajectory, [2, 3, 8])
    assert np.isfinite(found.ln_spectral_norm.values[:, 0]).all()
    assert np.isnan(found.ln_frobenius_norm.values[:, 1]).tolist() == [
        False,
        True,
        True,
    ]
    assert np.isnan(found.ln_spectral_norm.values[:, 1]).tolist() == [False, True, True]


def test_lags_outside_the_trajectory():
    with pytest.raises(ConfigError) as caught:
        input_connectivity(default("rnn"), [9])
    assert "whole numbers from 0 to 8" in str(caught.value)


def test_the_stored_lags_below_the_length_when_none_are_given():
    found = input_connectivity(default("rnn")).ln_spectral_norm
    assert found.coords["lag"] == tuple(range(9))
