import mpmath
import numpy as np
import pytest
import torch

from gradlab.activations.relu import ReLU
from gradlab.errors import ConfigError
from gradlab.jacobians import jacobian_norms, log_singular_values, scaled_product
from gradlab.labelled import LabelledArray
from gradlab.spectra import singular_spectra
from gradlab.spectra.graded import DEAD, GradedProduct, graded_qr
from gradlab.spectra.jacobi import singular_values
from gradlab.spectra.spectrum import SingularSpectra
from gradlab.spectra.trajectory_spectra import ln_singular_values
from gradlab.trajectory import unroll
from tests.gpu.places import NO_GPU
from tests.spectra.cases import in_many_digits, run


CPU = torch.device("cpu")


def grown(matrices):
    product = GradedProduct(1, matrices[0].shape[-1], CPU)
    for matrix in matrices:
        product.advance(torch.as_tensor(matrix, dtype=torch.float64)[None])
    return ln_singular_values(product)[0]


def random(*shape, seed=0):
    drawn = np.random.default_rng(seed).standard_normal(shape)
    return torch.from_numpy(drawn)


def orthogonal(size, seed):
    return torch.linalg.qr(random(size, size, seed=seed)).Q


# Against multi-precision arithmetic


@pytest.mark.slow
def test_every_singular_value_of_four_hundred_steps_at_a_gain_of_six_tenths():
    trajectory = run("rnn", 16, 400, gain=0.6)
    found = singular_spectra(trajectory, [400]).ln_singular_values.at(
        lag=400, sequence=0
    )
    expected = in_many_digits(trajectory, 400, digits=700)
    assert expected[0] - expected[-1] > 500
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("spec", "hidden", "gain"),
    [
        ("rnn", 8, 0.6),
        pytest.param("rnn", 8, 3.0, marks=pytest.mark.slow),
        ("gru", 7, 1.0),
        ("lstm", 5, 1.0),
        ("lstm:proj=3", 5, 1.0),
        ("lstm:peephole", 4, 3.0),
    ],
)
def test_every_singular_value_against_many_digits(spec, hidden, gain):
    trajectory = run(spec, hidden, 120, gain=gain)
    spectra = singular_spectra(trajectory, [1, 7, 120])
    for k, lag in enumerate(spectra.lags):
        expected = in_many_digits(trajectory, lag, digits=300)
        np.testing.assert_allclose(
            spectra.ln_singular_values.values[k, :, 0], expected, rtol=0, atol=1e-9
        )


def test_a_float32_trajectory_is_taken_as_it_is():
    trajectory = run("lstm", 4, 60, dtype=torch.float32)
    found = singular_spectra(trajectory, [60]).ln_singular_values.at(lag=60, sequence=0)
    expected = in_many_digits(trajectory, 60, digits=200)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


# Against the SVD and the chain, where those can be trusted


@pytest.mark.parametrize("spec", ["rnn", "gru:reset_before", "lstm"])
def test_short_products_have_the_singular_values_of_an_svd(spec):
    trajectory = run(spec, 6, 8, sequences=3)
    found = singular_spectra(trajectory, [1, 2, 3])
    for k, lag in enumerate(found.lags):
        expected = log_singular_values(scaled_product(trajectory, 8 - lag))
        np.testing.assert_allclose(
            found.ln_singular_values.values[k].T, expected, rtol=0, atol=1e-7
        )


def test_the_largest_and_the_stable_rank_are_the_chains():
    trajectory = run("lstm", 9, 200, sequences=2)
    spectra = singular_spectra(trajectory)
    norms = jacobian_norms(trajectory, "joint", spectra.lags)
    spectral = norms.ln_spectral_norm.at(block="joint")[1:]
    np.testing.assert_allclose(
        spectra.ln_singular_values.at(index=1), spectral, atol=1e-8
    )
    frobenius = norms.ln_frobenius_norm_every_lag.at(block="joint")[list(spectra.lags)]
    expected = np.exp(2 * (frobenius - spectral))
    np.testing.assert_allclose(spectra.stable_rank, expected, atol=1e-6)


# Laws


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm"])
def test_the_values_add_up_to_the_steps_determinants(spec):
    spectra = singular_spectra(run(spec, 10, 300, sequences=2))
    np.testing.assert_allclose(
        spectra.log_abs_det, spectra.log_abs_det_by_lu, rtol=0, atol=1e-8
    )


def test_a_product_of_orthogonal_matrices_has_ones():
    found = grown([orthogonal(12, seed) for seed in range(50)])
    np.testing.assert_allclose(found, 0, atol=1e-12)


def test_orthogonal_matrices_around_scales_of_any_size():
    scales = torch.tensor([3.0, 1.0, 0.1, 1e-3, 1e-3, 1e-7])
    turn = orthogonal(6, 1)
    steps = [orthogonal(6, 0) * scales @ turn.mT, *[turn * scales @ turn.mT] * 499]
    expected = 500 * np.log(scales.double().numpy())
    np.testing.assert_allclose(grown(steps), expected, rtol=0, atol=1e-6)


def test_the_inverse_has_the_inverse_values():
    steps = [random(8, 8, seed=k) for k in range(60)]
    forth = grown(steps)
    back = grown([torch.linalg.inv(step) for step in reversed(steps)])
    np.testing.assert_allclose(back, -forth[::-1], rtol=0, atol=1e-8)


def test_the_transpose_has_the_same_values():
    steps = [random(8, 8, seed=k) for k in range(60)]
    back = grown([step.mT for step in reversed(steps)])
    np.testing.assert_allclose(back, grown(steps), rtol=0, atol=1e-9)


def test_close_values_and_values_far_apart_in_one_matrix():
    power = np.repeat([0, -1300, -2900, -3000], 4)
    columns, right = random(16, 16), orthogonal(16, 1)
    found = graded_qr(columns[None], torch.from_numpy(power)[None])
    mantissa, shift = singular_values(found.upper @ right, found.power)
    logs = np.log(mantissa[0].numpy()) + shift[0].numpy() * np.log(2)
    mpmath.mp.dps = 2000
    scales = mpmath.diag([mpmath.mpf(2) ** int(k) for k in power])
    whole = mpmath.matrix(columns.tolist()) * scales
    values = mpmath.svd_r(whole, compute_uv=False)
    expected = -np.sort([-float(mpmath.log(value)) for value in values])
    np.testing.assert_allclose(-np.sort(-logs), expected, rtol=0, atol=1e-11)


# Directions that are exactly zero


def test_a_relu_networks_dead_directions_are_nothing_not_something_small():
    trajectory = run("rnn", 12, 40, gain=2.0, activation=ReLU())
    spectra = singular_spectra(trajectory, [1, 10, 40])
    rank = 12
    for k, lag in enumerate(spectra.lags):
        past = range(40, 40 - lag, -1)
        live = [int((trajectory.states[0][t] > 0).sum()) for t in past]
        rank = min(live)
        assert (
            np.isneginf(spectra.ln_singular_values.values[k, :, 0]).sum() == 12 - rank
        )
        expected = in_many_digits(trajectory, lag, digits=300)[:rank]
        np.testing.assert_allclose(
            spectra.ln_singular_values.values[k, :rank, 0], expected, atol=1e-9
        )
    assert 0 < rank < 12
    assert np.isneginf(spectra.log_abs_det.values[-1]).all()
    assert np.isposinf(spectra.log_condition.values[-1]).all()


@pytest.mark.parametrize(
    ("hidden", "length"), [(24, 60), pytest.param(40, 100, marks=pytest.mark.slow)]
)
def test_rounding_is_not_counted_among_the_living(hidden, length):
    """The rank of a ReLU network's product is how many units the narrowest step has."""
    for seed in range(16):
        trajectory = run("rnn", hidden, length, gain=2.0, activation=ReLU(), seed=seed)
        spectra = singular_spectra(trajectory, [5, 10, length])
        live = (trajectory.states[0][1:, 0] > 0).sum(-1).numpy()[::-1]
        rank = [live[:lag].min() for lag in spectra.lags]
        dead = np.isneginf(spectra.ln_singular_values.at(sequence=0)).sum(-1)
        assert dead.tolist() == [hidden - r for r in rank], seed


def test_a_column_is_nothing_when_it_is_less_than_what_cancelled_lost():
    columns = torch.diag(torch.tensor([1.0, 1e-13, 1e-13, 1e-3]).double())[None]
    power = torch.zeros(1, 4, dtype=torch.int64)
    terms = torch.tensor([[1.0, 1e3, 1e-13, 1e3]]).double()
    found = graded_qr(columns, power, terms)
    living = found.order[0][found.power[0] != DEAD].tolist()
    assert living == [0, 3, 2]
    assert (graded_qr(columns, power).power != DEAD).all()


def test_low_rank_and_nothing_at_all():
    thin = random(9, 3) @ random(3, 9, seed=1)
    found = grown([random(9, 9, seed=2), thin, random(9, 9, seed=3)])
    assert np.isneginf(found).tolist() == [False] * 3 + [True] * 6
    nothing = grown([random(9, 9), torch.zeros(9, 9), random(9, 9)])
    assert np.isneginf(nothing).all()


def test_columns_that_hang_together_do_not_hide_those_after_them():
    columns = torch.eye(6, dtype=torch.float64)
    columns[:, 1] = 2 * columns[:, 0]
    found = graded_qr(columns[None], torch.zeros(1, 6, dtype=torch.int64))
    assert (found.power[0] == DEAD).tolist() == [False] * 5 + [True]
    assert np.isneginf(grown([columns])).sum() == 1


def test_what_is_not_finite_is_nan_from_there_on():
    trajectory = run("rnn", 5, 30, sequences=2)
    trajectory.states[0][20, 1] = torch.nan
    spectra = singular_spectra(trajectory, [10, 11, 30])
    assert np.isfinite(spectra.ln_singular_values.at(sequence=0)).all()
    assert np.isnan(spectra.ln_singular_values.at(sequence=1)).all(-1).tolist() == [
        False,
        True,
        True,
    ]
    assert np.isnan(spectra.log_abs_det_by_lu.values[:, 1]).tolist() == [
        False,
        True,
        True,
    ]
    assert np.isnan(spectra.entropy_rank.values[1, 1])


# Numbers from a spectrum


def spectra_of(*sequences):
    """Return spectra at one lag, of the ln singular values of each sequence."""
    lag, batch = {"lag": (1,)}, {"sequence": range(len(sequences))}
    index = {"index": range(1, len(sequences[0]) + 1)}
    ln = LabelledArray("ln", lag | index | batch, np.stack(sequences, -1)[None])
    by_lu = LabelledArray("by_lu", lag | batch, np.zeros((1, len(sequences))))
    return SingularSpectra(ln, by_lu)


def test_ranks_count_equal_directions_and_do_not_count_gone_ones():
    equal = np.log([2.0, 2.0, 2.0, 2.0])
    half = np.array([1.0, 1.0, -np.inf, -np.inf])
    one = np.array([5.0, -300.0, -700.0, -np.inf])
    spectra = spectra_of(equal, half, one)
    for rank in ("stable_rank", "entropy_rank", "participation_ratio"):
        np.testing.assert_allclose(
            getattr(spectra, rank).at(lag=1), [4, 2, 1], rtol=1e-12
        )
    np.testing.assert_allclose(spectra.log_condition.values[0], [0, np.inf, np.inf])


def test_ranks_by_their_definitions():
    values = np.abs(random(7).numpy()) + 0.1
    spectra = spectra_of(-np.sort(-np.log(values)))
    share = values / values.sum()
    entropy = np.exp(-(share * np.log(share)).sum())
    assert spectra.entropy_rank.values[0, 0] == pytest.approx(entropy, rel=1e-12)
    participation = (values**2).sum() ** 2 / (values**4).sum()
    assert spectra.participation_ratio.values[0, 0] == pytest.approx(
        participation, rel=1e-12
    )
    assert spectra.log_abs_det.values[0, 0] == pytest.approx(np.log(values).sum())


def test_live_directions_are_those_above_the_threshold():
    def count(values, threshold):
        return spectra_of(*values).count_above(threshold).at(lag=1)

    drawn = np.random.default_rng(0).normal(-5.0, 6.0, size=(12, 10))
    for threshold in (1e-3, 0.5, 10.0):
        by_hand = [sum(np.exp(s) > threshold for s in row) for row in drawn]
        assert count(drawn, threshold).tolist() == by_hand
    assert count([[-np.inf, -np.inf]], 1e-3) == 0
    assert np.isnan(count([[0.0, np.nan]], 1e-3))


# Shapes, lags


def test_lags_outside_the_trajectory():
    trajectory = run("rnn", 3, 5)
    with pytest.raises(ConfigError) as caught:
        singular_spectra(trajectory, [0, 3])
    assert "whole numbers from 1 to 5" in str(caught.value)
    with pytest.raises(ConfigError):
        singular_spectra(trajectory, [6])


def test_lags_of_one_walk_are_those_of_separate_ones():
    trajectory = run("gru", 6, 70, sequences=2)
    together = singular_spectra(trajectory)
    assert together.lags == (1, 4, 16, 64, 70)
    for lag in together.lags:
        np.testing.assert_array_equal(
            singular_spectra(trajectory, [lag]).ln_singular_values.at(lag=lag),
            together.ln_singular_values.at(lag=lag),
        )


@pytest.mark.gpu
@NO_GPU
def test_an_accelerator_agrees_along_the_stored_trajectory():
    trajectory = run("lstm", 8, 100, sequences=2)
    cell, inputs = trajectory.cell.cuda(), trajectory.inputs.movedim(0, -2).cuda()
    there = unroll(cell, inputs)
    found = singular_spectra(there)
    here = type(there)(
        cell.cpu(),
        there.inputs.cpu(),
        tuple(state.cpu() for state in there.states),
        {name: gate.cpu() for name, gate in there.gates.items()},
        {name: value.cpu() for name, value in there.pre_activations.items()},
        there.recurrent,
    )
    np.testing.assert_allclose(singular_spectra(here).ln, found.ln, atol=1e-8)
