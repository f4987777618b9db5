"""Laws of the cells whose recurrence is linear and set by inputs alone."""

import pytest
import torch

from gradlab import catalog, cells, jacobian_norms, lyapunov_exponents, unroll
from gradlab.errors import ConfigError
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from tests.cells.cases import relative


LINEAR = [
    name
    for name in catalog.names("cells")
    if catalog.get("cells", name).linear_recurrence
]
STEPS = 40


def run(spec: str, **settings):
    cell = cells.build(spec, 3, 8, dtype=torch.float64, seed=4)
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(2, STEPS, 3, generator=generator).double()
    return unroll(initialize_(cell, seed=4, **settings), inputs)


def test_these_declare_it():
    assert LINEAR == ["lru", "mingru", "minlstm"]


@pytest.mark.parametrize("name", ["mingru", "minlstm"])
def test_conveyor_and_whole_are_one(name):
    norms = jacobian_norms(run(name)).ln_spectral_norm
    for lag in (1, 7, STEPS):
        whole = norms.at(block="joint", lag=lag)
        assert norms.at(block="conveyor", lag=lag) == pytest.approx(whole, rel=1e-12)
        assert (norms.at(block="detours", lag=lag) == -torch.inf).all()


@pytest.mark.parametrize("name", ["mingru", "minlstm"])
def test_exponents_are_mean_logarithms_of_the_keep_gate(name):
    trajectory = run(name)
    kept = trajectory.cell.conveyor(*trajectory.batched_steps(0, STEPS))
    kept = kept.reshape(STEPS, 2, -1)
    expected = kept.log().mean(0).sort(-1, descending=True).values
    product = reference.product(trajectory, STEPS)
    found = torch.linalg.svdvals(product).log() / STEPS
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=0)


def test_singular_values_of_the_lru_are_powers_of_the_modulus():
    trajectory = run("lru:r_min=0.8")
    modulus = torch.exp(-trajectory.cell.nu_log.exp()).detach()
    assert ((modulus > 0.8) & (modulus < 1)).all()
    expected = modulus.repeat(2).sort(descending=True).values
    exponents = lyapunov_exponents(trajectory).exponents.values
    assert exponents.sum(0) == pytest.approx(float(expected.log().sum()), rel=1e-12)
    for lag in (1, STEPS):
        found = torch.linalg.svdvals(reference.product(trajectory, lag))
        torch.testing.assert_close(found[0], expected**lag, rtol=1e-11, atol=0)


def test_a_forget_bias_sets_what_is_kept():
    """At no input minGRU keeps sigma(b); minLSTM f / (f + i), with i = 1/2."""
    zero = torch.zeros(1, 2, 3).double()
    expected = {
        "mingru": 0.952574126822433,
        "minlstm": 0.952574126822433 / 1.452574126822433,
    }
    for name, kept in expected.items():
        cell = cells.build(name, 3, 8, dtype=torch.float64)
        input_bias = {"input_bias": 0.0} if name == "minlstm" else {}
        cell = initialize_(cell, forget_bias=3.0, **input_bias)
        conveyor = cell.conveyor(*unroll(cell, zero).step_at(1))
        assert relative(conveyor, torch.full_like(conveyor, kept)) < 1e-14


def test_gates_that_are_both_shut_still_share_out_one():
    cell = cells.build("minlstm", 3, 8, dtype=torch.float32)
    cell = initialize_(cell, forget_bias=-200.0, input_bias=-201.0)
    (after,) = cell.step(torch.zeros(1, 3), cell.initial_state(1)).state
    assert after.isfinite().all()
    kept = cell.conveyor(*unroll(cell, torch.zeros(1, 2, 3)).step_at(1))
    torch.testing.assert_close(kept, torch.full_like(kept, 0.7310586))


def test_a_ring_that_is_none():
    with pytest.raises(ConfigError, match="0 <= r_min < r_max <= 1"):
        cells.build("lru:r_min=0.9+r_max=0.5", 3, 8)
