"""Norms at every lag: some rows only, and directions followed from lag to lag."""

import numpy as np
import pytest
import torch

from gradlab.cells import build, ensemble
from gradlab.errors import UnknownNameError
from gradlab.jacobians import jacobian_norms, reference, step_jacobian
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.trajectory import unroll
from tests.flows import CELLS, STEPS, WITH_CELL_STATE, lively
from tests.jacobians.networks import NETS, ran, ran_together, scaled
from tests.jacobians.test_laws import upcast


def slow_norms(trajectory, rows):
    """Ln of both norms at every lag: float64, rescaled, singular values by NumPy."""
    wide = upcast(trajectory)
    sizes = wide.cell.state_sizes[: len(rows)]
    product = np.eye(sum(wide.cell.state_sizes))[None, : sum(sizes)]
    ln, found = 0.0, []
    with torch.no_grad():
        for step in StepJacobians(wide).steps(wide.length):
            whole = np.stack([m for m in step.plain().numpy()])
            product = product @ whole
            size = np.linalg.norm(product, axis=(-2, -1))
            product = product / size[:, None, None]
            ln = ln + np.log(size)
            top = np.linalg.svd(product, compute_uv=False)[:, 0]
            found.append((ln, ln + np.log(top)))
    return np.moveaxis(np.array(found), 1, 0)


@pytest.mark.parametrize("name", NETS)
def test_both_norms_at_every_lag_are_those_of_float64_to_1e_minus_4(name):
    trajectory = ran(name, hidden=48, length=90)
    norms = jacobian_norms(trajectory, "joint", range(91), rows="h")
    frobenius, spectral = slow_norms(trajectory, ("h",))
    assert (
        np.abs(
            norms.ln_frobenius_norm_every_lag.at(block="joint")[1:] - frobenius
        ).max()
        < 1e-4
    )
    assert np.abs(norms.ln_spectral_norm.at(block="joint")[1:] - spectral).max() < 1e-4
    assert norms.ln_spectral_norm.at(block="joint")[0] == pytest.approx([0.0, 0.0])
    assert norms.ln_frobenius_norm_every_lag.at(block="joint")[0] == pytest.approx(
        0.5 * np.log([48, 48])
    )


@pytest.mark.parametrize("spec", CELLS)
def test_rows_of_h_are_those_of_autograds_product(spec):
    trajectory = lively(spec)
    norms = jacobian_norms(trajectory, lags=range(STEPS + 1), rows="h")
    width = trajectory.cell.state_sizes[0]
    for lag in range(1, STEPS + 1):
        rows = reference.product(trajectory, lag)[:, :width]
        spectral = torch.linalg.matrix_norm(rows, 2).log().numpy()
        frobenius = torch.linalg.matrix_norm(rows).log().numpy()
        assert norms.ln_spectral_norm.at(block="joint")[lag] == pytest.approx(
            spectral, abs=1e-12
        )
        assert norms.ln_frobenius_norm_every_lag.at(block="joint")[
            lag
        ] == pytest.approx(frobenius, abs=1e-12)


@pytest.mark.parametrize("spec", WITH_CELL_STATE)
def test_rows_of_one_state_have_its_blocks_only(spec):
    trajectory = lively(spec)
    whole = jacobian_norms(trajectory)
    some = jacobian_norms(trajectory, rows=["h"])
    assert some.blocks == ("hh", "hc", "joint")
    for block in ("hh", "hc"):
        assert some.ln_spectral_norm.at(block=block) == pytest.approx(
            whole.ln_spectral_norm.at(block=block), abs=1e-12
        )


def test_all_rows_by_name_are_all_rows():
    trajectory = lively("lstm")
    named = jacobian_norms(trajectory, "joint", rows=("c", "h")).ln_spectral_norm.at(
        block="joint"
    )
    assert np.array_equal(
        named, jacobian_norms(trajectory, "joint").ln_spectral_norm.at(block="joint")
    )


def test_a_state_there_is_not_is_refused():
    with pytest.raises(UnknownNameError) as told:
        jacobian_norms(lively("gru"), rows="c")
    assert "state 'c'" in str(told.value) and "h" in str(told.value)


def test_a_direction_that_overtakes_the_others_is_seen():
    """A diagonal product whose largest entry changes place many times."""
    lags = np.arange(1, 401)[:, None]
    phases = np.random.default_rng(3).uniform(size=32)
    walks = 6 * np.sin(2 * np.pi * (lags / 200 + phases)) - 0.1 * lags
    factors = np.exp(np.diff(walks, axis=0, prepend=0.0))[::-1]
    trajectory = scaled(torch.from_numpy(factors.copy()).float())
    largest = walks.argmax(-1)
    assert len(set(largest[10:])) > 9
    norms = jacobian_norms(trajectory, "joint", range(401))
    assert (
        np.abs(norms.ln_spectral_norm.at(block="joint")[1:, 0] - walks.max(-1)).max()
        < 1e-4
    )


def test_equal_singular_values_are_no_trap():
    factors = torch.full((60, 32), 0.5)
    norms = jacobian_norms(scaled(factors), "joint", range(61))
    expected = -np.log(2) * np.arange(61)
    assert norms.ln_spectral_norm.at(block="joint")[:, 0] == pytest.approx(
        expected, abs=1e-5
    )


@pytest.mark.parametrize("spec", ["rnn", "lstm", "gru"])
def test_a_stretch_out_of_range_is_walked_again_with_its_own_jacobians(spec):
    """Those of the first walk have been written over by then."""
    cell = build(spec, 3, 16, bias=False, dtype=torch.float32)
    with torch.no_grad():
        cell.weight_hh.mul_(1e7)
    trajectory = unroll(cell, torch.zeros(2, 12, 3))
    every = jacobian_norms(trajectory, "joint", range(13))
    frobenius = jacobian_norms(
        trajectory, "joint", [0, 12]
    ).ln_frobenius_norm_every_lag.at(block="joint")
    assert frobenius[8].max() > 100 > np.log(torch.finfo(torch.float32).max)
    assert np.array_equal(
        every.ln_frobenius_norm_every_lag.at(block="joint"), frobenius
    )


@pytest.mark.parametrize("spec", ["rnn", "lstm", "gru"])
def test_a_member_keeps_its_bits_beside_one_that_breaks_down(spec):
    """Stretches of theirs are walked step by step, at other powers of two."""
    members = [build(spec, 3, 48, seed=k, dtype=torch.float32) for k in range(5)]
    with torch.no_grad():
        for cell, gain in zip(members, (1, 1e9, 0.5, 1e-6, 2), strict=True):
            cell.weight_hh.mul_(gain)
    draw = torch.Generator().manual_seed(5)
    inputs = torch.randn(5, 2, 75, 3, generator=draw) * 1e-3
    inputs[2, 0, 40] = torch.nan
    together = unroll(ensemble(members), inputs)
    every = jacobian_norms(together, "joint", range(76))
    for member in (0, 3, 4):
        alone = together.select_members(torch.tensor([member]), 75)
        own = jacobian_norms(alone, "joint", range(76))
        for found, expected in (
            (
                every.ln_frobenius_norm_every_lag.at(block="joint"),
                own.ln_frobenius_norm_every_lag.at(block="joint"),
            ),
            (
                every.ln_spectral_norm.at(block="joint"),
                own.ln_spectral_norm.at(block="joint"),
            ),
        ):
            assert np.array_equal(found[:, member], expected[:, 0])


@pytest.mark.parametrize("seed", [4, 5])
def test_blocks_far_smaller_than_the_whole_are_right_too(seed):
    """Squares of their entries are no float32."""
    cell = build("lstm:coupled+peephole", 3, 64, dtype=torch.float32, seed=seed)
    with torch.no_grad():
        cell.weight_hh.mul_(1e5)
    draw = torch.Generator().manual_seed(seed)
    trajectory = unroll(cell, torch.randn(2, 2, 3, generator=draw))
    blocks = ("hh", "hc", "ch", "cc")
    every = jacobian_norms(trajectory, blocks, range(3))
    sizes = np.stack(
        [every.ln_frobenius_norm_every_lag.at(block=name) for name in blocks]
    )
    assert (sizes.max(0) - sizes.min(0)).max() > 40
    sparse = jacobian_norms(trajectory, (*blocks, "detours"), range(3))
    for name in blocks:
        expected = sparse.ln_spectral_norm.at(block=name)
        assert every.ln_spectral_norm.at(block=name) == pytest.approx(
            expected, abs=5e-5
        )


def test_a_jump_far_out_of_range_within_a_stretch_is_exact():
    """Entries of 1e-30 and 1e30, one after the other: squares are no float32."""
    factors = torch.ones(24, 32)
    factors[5], factors[11], factors[12] = 1e-30, 1e30, 1e30
    norms = jacobian_norms(scaled(factors), "joint", range(25))
    expected = np.cumsum(factors.double().log()[:, 0].numpy()[::-1])
    assert norms.ln_spectral_norm.at(block="joint")[1:, 0] == pytest.approx(
        expected, abs=1e-4
    )


def test_a_product_that_dies_is_minus_infinity_from_there_on():
    factors = torch.ones(24, 32)
    factors[9] = 0.0
    norms = jacobian_norms(scaled(factors), "joint", range(25))
    assert np.isneginf(norms.ln_spectral_norm.at(block="joint")[15:]).all()
    assert np.isfinite(norms.ln_spectral_norm.at(block="joint")[:15]).all()


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("rnn", ("joint", "hh")),
        ("rnn gain 1.5", "joint"),
        ("lstm", "all"),
        ("lstm gain 1.5", "joint"),
    ],
)
@pytest.mark.parametrize("longest", [1, 2, 4])
def test_spans_of_any_length_give_the_same_bits(name, blocks, longest, monkeypatch):
    trajectory, lags = ran(name, hidden=21, length=70), (0, 1, 2, 3, 20, 21, 60, 70)
    expected = jacobian_norms(trajectory, blocks, lags)
    monkeypatch.setattr(step_jacobian, "_LONGEST", longest)
    found = jacobian_norms(trajectory, blocks, lags)
    for block in expected.blocks:
        assert np.array_equal(
            found.ln_frobenius_norm_every_lag.at(block=block),
            expected.ln_frobenius_norm_every_lag.at(block=block),
        )
        assert np.array_equal(
            found.ln_spectral_norm.at(block=block),
            expected.ln_spectral_norm.at(block=block),
        )
    assert np.array_equal(found.horizon, expected.horizon)


@pytest.mark.parametrize("hidden", [10, 37])
@pytest.mark.parametrize("names", [["lstm", "lstm orthogonal"], ["rnn"], ["gru"]])
def test_bits_at_every_lag_do_not_depend_on_company(names, hidden):
    length = 40
    eleven = [names[k % len(names)] for k in range(11)]
    together = ran_together(eleven, hidden=hidden, length=length)
    norms = jacobian_norms(together, "joint", range(length + 1))
    for members in ([0], [3, 4, 5, 6]):
        index = torch.tensor(members)
        some = together.select_members(index, length)
        part = jacobian_norms(some, "joint", range(length + 1))
        for place, member in enumerate(members):
            for kind in ("ln_spectral_norm", "ln_frobenius_norm"):
                alone = getattr(part, kind).sel(member=place)
                assert alone == getattr(norms, kind).sel(member=member)


def test_bits_of_wide_networks_do_not_depend_on_company():
    """Where a group is too large to look at four lags together."""
    together = ran_together(["rnn"] * 11, hidden=192, length=14)
    norms = jacobian_norms(together, "joint", range(15))
    alone = jacobian_norms(
        together.select_members(torch.tensor([3]), 14), "joint", range(15)
    )
    assert np.array_equal(
        alone.ln_spectral_norm.at(block="joint")[:, 0],
        norms.ln_spectral_norm.at(block="joint")[:, 3],
    )
