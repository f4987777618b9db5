"""Conveyor, state and graph named apart, each against autograd."""

import numpy as np
import pytest
import torch

from gradlab.errors import ConfigError
from gradlab.jacobians import jacobian_norms, reference
from gradlab.paths import cell_derivatives
from gradlab.paths.derivatives import d_other_d_carry
from tests.flows import GATED, STEPS, WITH_CELL_STATE, default, lively, off


TOLERANCE = 1e-12
NETS = (default, lively)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
def test_each_is_what_autograd_says(spec, net):
    trajectory = net(spec)
    carry = trajectory.cell.state_names[-1]
    width = trajectory.cell.state_sizes[-1]
    found = cell_derivatives(trajectory, range(STEPS))
    for lag in (1, 4, STEPS - 1):
        theirs = {
            "conveyor": reference.conveyor(trajectory, lag).diag_embed(),
            "state": reference.product(trajectory, lag)[:, -width:, -width:],
            "graph": reference.graph_derivative(trajectory, lag, carry, carry),
        }
        for kind, matrices in theirs.items():
            frobenius = torch.linalg.matrix_norm(matrices).log().numpy()
            spectral = torch.linalg.matrix_norm(matrices, 2).log().numpy()
            assert np.abs(found.frobenius[kind][lag] - frobenius).max() < TOLERANCE
            assert np.abs(found.spectral[kind][lag] - spectral).max() < TOLERANCE
    for norms in found.spectral.values():
        assert (norms[0] == 0).all()


@pytest.mark.parametrize("spec", WITH_CELL_STATE)
def test_with_a_cell_state_all_three_differ_and_with_one_state_two(spec):
    found = cell_derivatives(lively(spec)).frobenius
    kinds = [found[kind][-1] for kind in ("conveyor", "state", "graph")]
    for k in range(3):
        assert (np.abs(kinds[k] - kinds[k - 1]) > 1e-3).all(), k
    one = cell_derivatives(lively("gru")).frobenius
    assert np.array_equal(one["state"], one["graph"])


def test_h_follows_c_by_the_output_gates_slope():
    """s_t = o (1 - tanh(c_t)^2), the closed form of the LSTM."""
    trajectory = lively("lstm")
    for t in (1, 5, STEPS):
        _, _, step = trajectory.step_at(t)
        by_hand = step.gates["output_gate"] * (1 - step.state[1].tanh() ** 2)
        assert (
            off(d_other_d_carry(trajectory, t)["h"], by_hand.diag_embed()) < TOLERANCE
        )
    assert d_other_d_carry(lively("gru"), 3) == {}


def test_stored_lags_below_the_length_and_the_chains_own_norms():
    trajectory = lively("lstm:proj=5")
    found, norms = cell_derivatives(trajectory), jacobian_norms(trajectory)
    assert found.lags == norms.lags[:-1]
    for kind, block in (("state", "cc"), ("conveyor", "conveyor")):
        assert np.allclose(
            found.spectral[kind],
            norms.ln_spectral_norm.at(block=block)[:-1],
            atol=1e-12,
        )


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
def test_with_h_detached_in_the_gates_autograd_gives_exactly_the_conveyor(spec, net):
    """h-detach with probability 1: no gradient through h, all values unchanged."""
    trajectory, width = net(spec), net(spec).cell.state_sizes[-1]
    for lag in (1, STEPS):
        left = reference.cut_product(trajectory, lag, "no_detours")
        own = left[:, -width:, -width:]
        belt = reference.conveyor(trajectory, lag).diag_embed()
        assert off(own, belt) < 1e-15
        assert not (own - torch.diag_embed(own.diagonal(dim1=-2, dim2=-1))).any()


def test_lags_beyond_and_cells_without_are_refused():
    with pytest.raises(ConfigError, match=f"0 to {STEPS - 1}"):
        cell_derivatives(default("lstm"), [STEPS])
    with pytest.raises(ConfigError, match="no conveyor"):
        cell_derivatives(default("rnn"))
