"""The chain against autograd, matrix by matrix, in float64."""

import numpy as np
import pytest
import torch

from gradlab.jacobians import (
    block_names,
    jacobian_norms,
    reference,
    scaled_product,
)
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.jacobians.step_jacobian import StepJacobians
from tests.flows import (
    CELLS,
    GATED,
    STEPS,
    WITH_CELL_STATE,
    TwoStates,
    default,
    lively,
    off,
    run,
)


TOLERANCE = 1e-12
NETS = (default, lively)


def places(cell):
    starts = np.cumsum([0, *cell.state_sizes])
    names = cell.state_names
    return {n: slice(a, b) for n, a, b in zip(names, starts, starts[1:], strict=False)}


def carried(trajectory, lag, **settings):
    jacobians = StepJacobians(trajectory)
    product = Product.identity(
        jacobians.layout, jacobians.count, jacobians.like, **settings
    )
    for t in range(trajectory.length, trajectory.length - lag, -1):
        product.advance(jacobians.span(t - 1, t))
    return product


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", CELLS)
@pytest.mark.parametrize("lag", [1, STEPS])
def test_the_product_is_autograds(spec, net, lag):
    trajectory = net(spec)
    ours = scaled_product(trajectory, STEPS - lag).value()
    assert off(ours, reference.product(trajectory, lag)) < TOLERANCE


@pytest.mark.parametrize("lag", [1, STEPS])
def test_the_product_of_a_users_cell_is_autograds(lag):
    trajectory = run(TwoStates())
    ours = scaled_product(trajectory, STEPS - lag).value()
    assert off(ours, reference.product(trajectory, lag)) < TOLERANCE


@pytest.mark.parametrize(
    ("spec", "net"),
    [
        *((spec, lively) for spec in CELLS),
        *((spec, default) for spec in ("rnn", "gru", "lstm")),
        *(
            pytest.param(spec, default, marks=pytest.mark.slow)
            for spec in CELLS
            if ":" in spec
        ),
    ],
)
def test_every_blocks_norms_are_those_of_autograds_product(spec, net):
    trajectory = net(spec)
    cell, where = trajectory.cell, places(trajectory.cell)
    norms = jacobian_norms(trajectory, lags=range(STEPS + 1))
    for lag in (1, 2, STEPS):
        whole = reference.product(trajectory, lag)
        blocks = {"joint": whole}
        for later in cell.state_names:
            for earlier in cell.state_names:
                blocks[later + earlier] = whole[:, where[later], where[earlier]]
        if "detours" in norms.blocks:
            if lag > 1 or len(where) == 1:
                blocks["detours"] = reference.detours(trajectory, lag)
            else:  # exactly none after one step; the twin subtracts and leaves 1e-17
                assert (
                    norms.ln_frobenius_norm_every_lag.at(block="detours")[lag]
                    == -np.inf
                ).all()
            blocks["conveyor"] = reference.conveyor(trajectory, lag).diag_embed()
            for cut in ("no_cell_path", "no_detours"):
                blocks[cut] = reference.cut_product(trajectory, lag, cut)
        assert set(blocks) | {"detours"} == set(norms.blocks) | {"detours"}
        for name, block in blocks.items():
            expect_norms(norms, name, lag, block)


def expect_norms(norms, name, lag, matrices):
    singular = torch.linalg.svdvals(matrices)
    frobenius = torch.linalg.vector_norm(singular, dim=-1)
    for ours, theirs in (
        (norms.ln_frobenius_norm_every_lag.at(block=name)[lag], frobenius),
        (norms.ln_spectral_norm.at(block=name)[lag], singular[..., 0]),
    ):
        if not theirs.any():
            assert (ours == -np.inf).all(), name
            continue
        assert np.abs(ours - np.log(theirs.numpy())).max() < TOLERANCE, (name, lag)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
@pytest.mark.parametrize("lag", [2, STEPS])
def test_the_detours_are_the_telescoped_sum(spec, net, lag):
    trajectory = net(spec)
    layout = Layout.of(trajectory.cell)
    detours, exponent = carried(trajectory, lag, detours=True).current().detours()
    width = layout.widths[-1]
    scale = torch.from_numpy(2.0**exponent)[:, None, None]
    ours = detours[:, :width, :width] * scale
    assert off(ours, reference.detours(trajectory, lag)) < TOLERANCE


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", WITH_CELL_STATE)
def test_the_graph_derivative_is_the_state_one_and_what_follows_h(spec, net):
    """dc_T/dc_t in the graph is P_cc + P_ch dh_t/dc_t."""
    trajectory, lag = net(spec), STEPS - 1
    where = places(trajectory.cell)
    product = scaled_product(trajectory, STEPS - lag).value()
    by_c = same_step_derivative(trajectory, STEPS - lag)
    ours = product[:, where["c"], where["c"]]
    ours = ours + product[:, where["c"], where["h"]] @ by_c
    theirs = reference.graph_derivative(trajectory, lag, "c", "c")
    assert off(ours, theirs) < TOLERANCE


def same_step_derivative(trajectory, t):
    """dh_t/dc_t with the other gates fixed, by autograd through the output alone."""
    cell = trajectory.cell
    inputs, before, _ = trajectory.step_at(t)
    rows = []
    for unit in range(cell.state_sizes[0]):
        h, c = cell.step(inputs, before).state
        (row,) = torch.autograd.grad(h[:, unit].sum(), c)
        rows.append(row)
    return torch.stack(rows, dim=-2).detach()


@pytest.mark.parametrize("cut", ["no_cell_path", "no_detours"])
def test_cuts_of_a_users_cell_with_dense_blocks(cut):
    trajectory = run(TwoStates())
    assert block_names(trajectory.cell, conveyor=False)[-2:] == (
        "no_cell_path",
        "no_detours",
    )
    norms = jacobian_norms(trajectory, lags=range(STEPS + 1))
    for lag in (1, 2, STEPS):
        expect_norms(norms, cut, lag, reference.cut_product(trajectory, lag, cut))


def test_the_chain_rule_holds_between_any_steps():
    trajectory = lively("lstm")
    whole = scaled_product(trajectory).value()
    parts = (
        scaled_product(trajectory, 5).value() @ scaled_product(trajectory, 0, 5).value()
    )
    assert off(parts, whole) < TOLERANCE


def test_lag_zero_is_the_identity():
    norms = jacobian_norms(lively("lstm:proj=5"))
    assert (norms.ln_spectral_norm.at(block="joint")[0] == 0).all()
    for name in ("no_cell_path", "no_detours", "conveyor", "hh", "cc"):
        assert (norms.ln_spectral_norm.at(block=name)[0] == 0).all(), name
    assert (norms.ln_spectral_norm.at(block="hc")[0] == -np.inf).all()
    assert (norms.ln_spectral_norm.at(block="detours")[0] == -np.inf).all()
    assert np.allclose(
        norms.ln_frobenius_norm_every_lag.at(block="joint")[0],
        0.5 * np.log(12),
        atol=1e-15,
    )
    assert np.allclose(
        norms.ln_frobenius_norm_every_lag.at(block="no_detours")[0],
        0.5 * np.log(12),
        atol=1e-15,
    )
    assert np.allclose(
        norms.ln_frobenius_norm_every_lag.at(block="conveyor")[0],
        0.5 * np.log(7),
        atol=1e-15,
    )
