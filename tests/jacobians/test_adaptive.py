"""The rank-adaptive chain: what it drops, how it is checked, and what if it fails."""

import numpy as np
import pytest
import torch

from gradlab.errors import ConfigError, UnknownNameError
from gradlab.jacobians import (
    adaptive,
    carried,
    jacobian_norms,
    jacobian_product,
    thin,
)
from gradlab.trajectory import unroll
from tests.flows import lively, noise
from tests.jacobians.networks import NETS, ran, ran_together, scaled


LENGTH = 400


def both(trajectory, **how):
    lags = range(trajectory.length + 1)
    return (
        jacobian_norms(trajectory, "joint", lags, chain="adaptive", **how),
        jacobian_norms(trajectory, "joint", lags, **how),
    )


@pytest.mark.parametrize("name", NETS)
def test_it_agrees_with_the_dense_chain_to_1e_minus_4(name):
    trajectory = ran(name, hidden=48, length=LENGTH)
    quick, dense = both(trajectory, rows="h")
    for kind in ("frobenius", "spectral"):
        off = getattr(quick, kind)["joint"] - getattr(dense, kind)["joint"]
        assert np.abs(off).max() < 1e-4
    assert quick.horizon == dense.horizon
    assert dense.check is None
    assert quick.check.error_bound < quick.check.limit and not quick.check.repeated


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_so_it_does_where_leading_directions_are_followed_on(name):
    """From half of 112 rows on, by 48 and then fewer."""
    quick, dense = both(ran(name, hidden=112, length=160), rows="h")
    assert quick.check.directions <= 26
    for kind in ("frobenius", "spectral"):
        off = getattr(quick, kind)["joint"] - getattr(dense, kind)["joint"]
        assert np.abs(off).max() < 4e-5


def test_what_was_lost_says_when_to_try_again():
    lost = np.array([1.0, 0.5, 0.02, 1e-3, 2e-4, 1e-4, 0.0])
    due = adaptive._due(80, lost)
    assert (due % 8 == 0).all() and (due[1:] <= due[:-1]).all()
    assert due[0] == 160 and (due[-3:] == 88).all()
    assert due[2] == 128  # half way to 188, where a straight line would be at 1e-4


def test_a_network_that_vanishes_is_carried_by_few_rows():
    quick, _ = both(ran("rnn", hidden=64, length=LENGTH))
    assert quick.check.directions == 6
    assert 0 < quick.check.error_bound < 1e-2
    assert quick.check.failure_probability == pytest.approx(1e-6)


def test_whole_states_are_carried_too_and_lags_chosen():
    trajectory = ran("lstm", hidden=32, length=200)
    quick = jacobian_norms(trajectory, "joint", [1, 7, 90], chain="adaptive")
    dense = jacobian_norms(trajectory, "joint", [1, 7, 90])
    assert quick.lags == dense.lags == (0, 1, 7, 90, 200)
    off = quick.spectral["joint"] - dense.spectral["joint"]
    assert np.abs(off).max() < 1e-4 and quick.horizon == dense.horizon


def returning(back: float) -> torch.Tensor:
    """J_t of 64 units, of which all but four die out and then grow by ``back``."""
    factors = torch.ones(120, 64)
    factors[60:, 4:] = 0.5  # near the end: seen first
    factors[:60, 4:] = back
    return factors


def test_what_died_out_and_came_back_is_noticed_and_computed_densely():
    trajectory = scaled(returning(4.0))
    quick, dense = both(trajectory)
    assert quick.check.repeated and quick.check.error_bound > quick.check.limit
    assert quick.check.directions == 64
    assert np.array_equal(quick.spectral["joint"][1:], dense.spectral["joint"][1:])
    assert quick.spectral["joint"][-1, 0] == pytest.approx(60 * np.log(2), abs=1e-4)


def test_what_died_out_and_stayed_small_is_not_needed():
    quick, dense = both(scaled(returning(1.0)))
    assert not quick.check.repeated and quick.check.directions == 6
    off = quick.spectral["joint"] - dense.spectral["joint"]
    assert np.abs(off).max() < 1e-5


@pytest.mark.parametrize("factor", [0.02, 0.3, 6.0, 50.0])
def test_norms_that_leave_the_floats_within_a_stretch_are_followed(factor):
    """32 steps at a time, of which 50 a step makes 2^180."""
    factors = torch.full((200, 64), factor)
    factors[:, 4:] *= 0.6
    quick, dense = both(scaled(factors))
    assert quick.check.directions == 6 and not quick.check.repeated
    for kind in ("frobenius", "spectral"):
        off = getattr(quick, kind)["joint"] - getattr(dense, kind)["joint"]
        assert np.abs(off).max() < 2e-5
    assert quick.spectral["joint"][-1, 0] == pytest.approx(200 * np.log(factor))


def test_the_bound_holds_what_was_dropped():
    """|P - Q R|, computed, against the bound from six random rows."""
    trajectory = ran("gru", hidden=48, length=120)
    lag = 60
    product = jacobian_product(trajectory, 120 - lag, 120)
    whole, exponent = product.mantissa, product.exponent.numpy()
    narrow, lost = thin.begin(trajectory, 120 - lag, whole, exponent, 32)
    assert (lost <= thin.TOLERANCE).all()
    _, kept, _ = thin._compressed(whole, 32)
    basis = thin._compressed(whole, 32)[0]
    error = torch.linalg.matrix_norm((whole - basis @ kept).double(), 2)
    size = torch.linalg.matrix_norm(whole.double(), 2)
    bound = thin.error_bound(narrow, size.numpy(), exponent)
    assert (bound >= (error / size).numpy()).all()
    assert (bound < 1e3 * (error / size).numpy() + 1e-5).all()


def test_the_limit_is_read(monkeypatch):
    monkeypatch.setattr(adaptive, "LIMIT", 0.0)
    quick, dense = both(ran("rnn", hidden=48, length=150))
    assert quick.check.repeated and quick.check.directions == 48
    assert np.array_equal(quick.frobenius["joint"][1:], dense.frobenius["joint"][1:])


@pytest.mark.parametrize("size", [10, 26, 58])
def test_the_largest_eigenvalue_of_what_is_nearly_of_rank_one_or_not(size, monkeypatch):
    draw = torch.Generator().manual_seed(0)
    roots = torch.randn(60, 64, size, generator=draw)
    roots[1] *= torch.logspace(0, -6, size)
    roots[2, :, 1] = roots[2, :, 0]
    roots[3] = torch.eye(64)[:, :size]
    slopes = torch.linspace(0.02, 2, 30)[:, None] * torch.arange(size)
    roots[10:40] *= torch.exp(-slopes)[:, None]
    gram = roots.mT @ roots
    gram[4] = 0.0
    gram[5] *= 1e-20
    trace = gram.diagonal(dim1=-2, dim2=-1).sum(-1)
    expected = torch.linalg.eigvalsh(gram.double())[:, -1]
    searched, search = [], carried._top
    monkeypatch.setattr(
        carried, "_top", lambda some: searched.append(len(some)) or search(some)
    )
    found = carried._tops(gram, trace).double()
    assert 20 < sum(searched) < 50
    assert (found <= expected * (1 + 1e-6)).all()
    assert found == pytest.approx(expected.clamp_min(0.0), rel=4e-5, abs=0)


def test_products_that_are_not_finite_are_not_looked_at():
    gram = torch.eye(40).repeat(3, 1, 1)
    gram[0, 1, 1], gram[1, 3, 3] = torch.inf, torch.nan
    trace = gram.diagonal(dim1=-2, dim2=-1).sum(-1)
    found = carried._tops(gram, trace)
    assert not found[:2].isfinite().any()
    assert float(found[2]) == pytest.approx(1.0, rel=4e-5)


@pytest.mark.parametrize("hidden", [10, 37, 80])
@pytest.mark.parametrize("names", [["lstm", "lstm bias 3"], ["rnn", "rnn orthogonal"]])
def test_bits_do_not_depend_on_company(names, hidden):
    """Networks that drop rows at different lags, or never."""
    length = 150
    eleven = [names[k % len(names)] for k in range(11)]
    together = ran_together(eleven, hidden=hidden, length=length)
    every = range(length + 1)
    norms = jacobian_norms(together, "joint", every, chain="adaptive")
    if 2 * hidden >= 32:
        assert len(set(norms.check.directions)) > 1
    for members in ([0], [3, 4, 5, 6]):
        some = together.of_members(torch.tensor(members), length)
        part = jacobian_norms(some, "joint", every, chain="adaptive")
        for place, member in enumerate(members):
            for kind in ("frobenius", "spectral"):
                alone = getattr(part, kind)["joint"][:, place]
                assert np.array_equal(alone, getattr(norms, kind)["joint"][:, member])


def test_float64_stays_dense():
    trajectory = lively("lstm")
    norms = jacobian_norms(trajectory, "joint", chain="adaptive")
    assert norms.check is None
    assert np.array_equal(
        norms.spectral["joint"], jacobian_norms(trajectory, "joint").spectral["joint"]
    )


def test_a_chain_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="chain 'adaptiv'"):
        jacobian_norms(lively("rnn"), "joint", chain="adaptiv")


def test_other_blocks_are_refused_with_the_way_out():
    with pytest.raises(ConfigError) as told:
        jacobian_norms(lively("lstm"), chain="adaptive")
    text = str(told.value)
    for part in (
        "blocks all of the adaptive chain",
        "the joint block, whose rows it may drop",
        'blocks="joint", or chain="dense"',
    ):
        assert part in text


def test_a_run_stored_at_checkpoints_gives_the_same_bits():
    cell = ran("lstm", hidden=24, length=2).cell
    inputs = noise(2, 200, 24, dtype=torch.float32)
    stored = jacobian_norms(unroll(cell, inputs), "joint", chain="adaptive")
    kept = jacobian_norms(
        unroll(cell, inputs, keep_every=32), "joint", chain="adaptive"
    )
    assert np.array_equal(stored.spectral["joint"], kept.spectral["joint"])
